package org.vocabeam.pipelines.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/** The first rows of any Parquet files, readable: bytes as their number, numbers rounded. */
public final class RowTable {
  private static final int WIDTH = 36;
  private static final int TAIL = 20;
  private static final int ELEMENTS = 3;

  private RowTable() {}

  /** A line of column names and a line for each of the first {@code count} rows. */
  public static String of(List<RowGroup> groups, List<String> columns, int count) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns);
    for (RowGroup group : groups) {
      if (lines.size() > count) {
        break;
      }
      try (RowReader<Group> rows =
          RowReader.of(
              group, new GroupReadSupport(), new PlainParquetConfiguration(), Group.class)) {
        while (rows.hasNext() && lines.size() <= count) {
          Group row = rows.next();
          lines.add(IntStream.range(0, columns.size()).mapToObj(i -> cell(row, i)).toList());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    int[] widths =
        IntStream.range(0, columns.size())
            .map(i -> lines.stream().mapToInt(line -> line.get(i).length()).max().orElse(0))
            .toArray();
    return lines.stream()
        .map(line -> "  " + padded(line, widths) + System.lineSeparator())
        .collect(Collectors.joining());
  }

  private static String padded(List<String> cells, int[] widths) {
    return IntStream.range(0, widths.length)
        .mapToObj(i -> String.format("%-" + Math.max(1, widths[i]) + "s", cells.get(i)))
        .collect(Collectors.joining("  "))
        .stripTrailing();
  }

  private static String cell(Group row, int field) {
    int values = row.getFieldRepetitionCount(field);
    Type type = row.getType().getType(field);
    if (type.isRepetition(Type.Repetition.REPEATED)) {
      return shortened(list(row, field, values));
    }
    return values == 0 ? "null" : shortened(value(row, field, 0));
  }

  private static String value(Group row, int field, int index) {
    Type type = row.getType().getType(field);
    if (!type.isPrimitive()) {
      Group group = row.getGroup(field, index);
      boolean list = type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation;
      return list && group.getType().getFieldCount() == 1
          ? list(group, 0, group.getFieldRepetitionCount(0))
          : record(group);
    }
    PrimitiveType primitive = type.asPrimitiveType();
    return switch (primitive.getPrimitiveTypeName()) {
      case INT32 -> primitive.stringifier().stringify(row.getInteger(field, index));
      case INT64 -> primitive.stringifier().stringify(row.getLong(field, index));
      case FLOAT -> rounded(row.getFloat(field, index));
      case DOUBLE -> rounded(row.getDouble(field, index));
      case BINARY, FIXED_LEN_BYTE_ARRAY ->
          primitive.getLogicalTypeAnnotation() instanceof StringLogicalTypeAnnotation
              ? row.getString(field, index).replaceAll("\\s+", " ")
              : row.getBinary(field, index).length() + " bytes";
      default -> row.getValueToString(field, index);
    };
  }

  private static String list(Group list, int field, int count) {
    String elements =
        IntStream.range(0, Math.min(ELEMENTS, count))
            .mapToObj(i -> element(list, field, i))
            .collect(Collectors.joining(", "));
    return count <= ELEMENTS ? "[" + elements + "]" : "[" + elements + ", ...] " + count;
  }

  /** An element may be the repeated value itself, or the only field of a group around it. */
  private static String element(Group list, int field, int index) {
    if (list.getType().getType(field).isPrimitive()) {
      return value(list, field, index);
    }
    Group entry = list.getGroup(field, index);
    if (entry.getType().getFieldCount() > 1) {
      return record(entry);
    }
    return entry.getFieldRepetitionCount(0) == 0 ? "null" : value(entry, 0, 0);
  }

  private static String record(Group record) {
    return IntStream.range(0, record.getType().getFieldCount())
        .mapToObj(i -> cell(record, i))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String rounded(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  private static String shortened(String text) {
    return text.length() <= WIDTH
        ? text
        : text.substring(0, WIDTH - TAIL - 3) + "..." + text.substring(text.length() - TAIL);
  }
}
