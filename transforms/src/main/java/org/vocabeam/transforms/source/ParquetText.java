package org.vocabeam.transforms.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.ParquetFooter;

/**
 * Column of a Parquet file as text: numbers, truth values, texts, and lists of one of them.
 *
 * @param file path of the file
 * @param names of the classes that the column's numbers mean, from Hugging Face's {@code
 *     ClassLabel} in the file's metadata; empty if there are none
 */
record ParquetText(String file, String column, List<String> names) implements Serializable {
  private static final String METADATA = "huggingface";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Checks the type of a column, and finds the names of its classes. */
  static ParquetText of(String file, ParquetFooter footer, String column) {
    Type type = footer.schema().getType(column);
    if (!isText(type)) {
      throw new UserError(
          String.format(
              "column '%s' of %s is a structure; a text, a number or a list of one is needed",
              column, file));
    }
    return new ParquetText(file, column, names(footer.metadata(), column));
  }

  /** Returns true for numbers, texts, and lists of them. */
  static boolean isText(Type type) {
    return type.isPrimitive() || isList(type);
  }

  private static boolean isList(Type type) {
    return !type.isPrimitive()
        && type.getLogicalTypeAnnotation()
            instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation
        && leaf(type).isPrimitive();
  }

  /** Returns the first type below lists and structures of one field. */
  private static Type leaf(Type type) {
    return type.isPrimitive() || type.asGroupType().getFieldCount() != 1
        ? type
        : leaf(type.asGroupType().getType(0));
  }

  private static List<String> names(Map<String, String> metadata, String column) {
    List<String> names = new ArrayList<>();
    try {
      JsonNode columns = JSON.readTree(metadata.getOrDefault(METADATA, "{}")).findPath("features");
      columns.path(column).findPath("names").forEach(name -> names.add(name.asText()));
    } catch (JsonProcessingException e) {
      // Metadata of somebody else under that name: the numbers stay.
      return List.of();
    }
    return List.copyOf(names);
  }

  /** Returns true if the column's numbers are classes with names. */
  boolean isNamed() {
    return !names.isEmpty();
  }

  /** Returns the text of a row; null when it has none. */
  @Nullable String text(Group row) {
    return text(row, row.getType().getFieldIndex(column));
  }

  /** Returns the text of a row as a label: the name of its class, and null for a hidden one. */
  @Nullable String label(Group row) {
    String label = Labels.of(text(row));
    if (label != null
        && isNamed()
        && label.length() < 9
        && label.chars().allMatch(Character::isDigit)) {
      int number = Integer.parseInt(label);
      return number < names.size() ? names.get(number) : label;
    }
    return label;
  }

  private @Nullable String text(Group row, int field) {
    int values = row.getFieldRepetitionCount(field);
    if (values > 1) {
      throw new UserError(
          String.format(
              "column '%s' of %s has a row with %d values; a label is one value: name another"
                  + " column",
              column, file, values));
    }
    if (values == 0) {
      return null;
    }
    Type type = row.getType().getType(field);
    if (!type.isPrimitive()) {
      return text(row.getGroup(field, 0), 0);
    }
    return type.getLogicalTypeAnnotation()
            instanceof LogicalTypeAnnotation.DecimalLogicalTypeAnnotation decimal
        ? decimal(row, field, decimal.getScale())
        : row.getValueToString(field, 0);
  }

  private static String decimal(Group row, int field, int scale) {
    PrimitiveType type = row.getType().getType(field).asPrimitiveType();
    BigInteger value =
        switch (type.getPrimitiveTypeName()) {
          case INT32 -> BigInteger.valueOf(row.getInteger(field, 0));
          case INT64 -> BigInteger.valueOf(row.getLong(field, 0));
          default -> new BigInteger(row.getBinary(field, 0).getBytes());
        };
    return new BigDecimal(value, scale).toPlainString();
  }
}
