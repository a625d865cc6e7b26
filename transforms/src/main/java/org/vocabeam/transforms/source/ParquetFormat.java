package org.vocabeam.transforms.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.parquet.ParquetRuntimeException;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.ParquetFooter;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Parquet files with a column of encoded images: bytes, or the structure {@code {bytes, path}} of
 * Hugging Face's data sets. The id is the file's name, {@code #} and the row.
 */
final class ParquetFormat implements SourceFormat {
  private static final Pattern NAMES = Pattern.compile(".*\\.parquet", Pattern.CASE_INSENSITIVE);
  private static final String BYTES = "bytes";

  /** {@code data/train-00000-of-00002.parquet}, or {@code train.parquet}. */
  private static final Pattern SPLIT =
      Pattern.compile("(?:.*/)?(train|test|valid|validation|val)(?:-\\d+-of-\\d+)?\\b[^/]*");

  @Override
  public String name() {
    return "Parquet";
  }

  static boolean hasFileName(String name) {
    return NAMES.matcher(name).matches();
  }

  @Override
  public Optional<ImageSource> open(SourceFiles files) {
    List<StoreFiles.Listed> tables = files.named(ParquetFormat::hasFileName);
    if (tables.isEmpty()) {
      return Optional.empty();
    }
    List<Rows> parts =
        tables.stream().flatMap(file -> list(file, files.options()).stream()).toList();
    return Optional.of(
        ImageSource.of(
            name(),
            parts,
            SourceSize.ofFiles(
                parts.stream().mapToLong(part -> part.group().rows()).sum(),
                SourceFiles.bytes(tables)),
            files,
            tables));
  }

  /** Returns one part for every row group. */
  static List<Rows> list(StoreFiles.Listed file, SourceOptions options) {
    ParquetFooter footer;
    try {
      footer = ParquetFooter.read(file.path(), 0);
    } catch (IOException | RuntimeException e) {
      throw new UserError(file.path() + " is not a whole Parquet file; fetch it again", e);
    }
    MessageType schema = footer.schema();
    String image = column(file, schema, options.imageColumn(), SourceOptions.IMAGE);
    if (image == null) {
      throw missing(file, schema, "imageColumn", SourceOptions.IMAGE);
    }
    String label = column(file, schema, options.labelColumn(), SourceOptions.LABEL);
    String split = column(file, schema, options.splitColumn(), SourceOptions.SPLIT);
    List<Type> fields = new ArrayList<>();
    fields.add(imageField(file, schema.getType(image)));
    for (String column : new String[] {label, split}) {
      if (column != null) {
        Type type = schema.getType(column);
        if (!type.isPrimitive() || type.isRepetition(Type.Repetition.REPEATED)) {
          throw new UserError(
              String.format(
                  "column '%s' of %s is a list or structure; a text or number is needed",
                  column, file.path()));
        }
        fields.add(type);
      }
    }
    String projection = new MessageType(schema.getName(), fields).toString();
    Matcher name = SPLIT.matcher(file.name());
    String fallback = name.matches() ? name.group(1) : ImageRecord.NO_SPLIT;
    return footer.rowGroups().stream()
        .map(group -> new Rows(group, file.name(), projection, image, label, split, fallback))
        .toList();
  }

  /** Returns the wanted column, which must exist; without one the usual column, if it exists. */
  private static @Nullable String column(
      StoreFiles.Listed file, MessageType schema, @Nullable String wanted, String usual) {
    if (wanted != null && !schema.containsField(wanted)) {
      throw missing(file, schema, usual + "Column", wanted);
    }
    return wanted != null ? wanted : schema.containsField(usual) ? usual : null;
  }

  private static UserError missing(
      StoreFiles.Listed file, MessageType schema, String setting, String column) {
    return new UserError(
        String.format(
            "%s has no column '%s'; set %s to one of its columns: %s",
            file.path(),
            column,
            setting,
            schema.getFields().stream().map(Type::getName).collect(Collectors.joining(", "))));
  }

  private static Type imageField(StoreFiles.Listed file, Type column) {
    if (isBinary(column)) {
      return column;
    }
    if (!column.isPrimitive() && !column.isRepetition(Type.Repetition.REPEATED)) {
      GroupType structure = column.asGroupType();
      if (structure.containsField(BYTES) && isBinary(structure.getType(BYTES))) {
        return structure.withNewFields(structure.getType(BYTES));
      }
    }
    throw new UserError(
        String.format(
            "column '%s' of %s is '%s'; encoded images (bytes, or a structure with bytes) are"
                + " needed",
            column.getName(), file.path(), column));
  }

  private static boolean isBinary(Type type) {
    return type.isPrimitive()
        && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
        && !type.isRepetition(Type.Repetition.REPEATED);
  }

  /**
   * The images in one row group.
   *
   * @param name of the file, relative to the source
   * @param projection schema of the columns that are read
   * @param split of rows without a split column
   */
  private record Rows(
      RowGroup group,
      String name,
      String projection,
      String imageColumn,
      @Nullable String labelColumn,
      @Nullable String splitColumn,
      String split)
      implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      PlainParquetConfiguration configuration = new PlainParquetConfiguration();
      configuration.set(ReadSupport.PARQUET_READ_SCHEMA, projection);
      try (RowReader<Group> rows =
          RowReader.of(group, new GroupReadSupport(), configuration, Group.class)) {
        for (long row = group.firstRow(); rows.hasNext(); row++) {
          Group values = rows.next();
          String id = SourceImage.rowId(name, row);
          String rowSplit = text(values, splitColumn);
          images.accept(
              SourceImage.file(
                  id,
                  text(values, labelColumn),
                  rowSplit == null ? split : rowSplit,
                  new ByteArrayInputStream(bytes(values)),
                  maxBytes));
        }
      } catch (IOException | ParquetRuntimeException e) {
        throw new UserError(
            String.format(
                "cannot read row group %d of %s: %s; fetch the file again",
                group.index(), group.file(), e.getMessage()),
            e);
      }
    }

    /** Returns the encoded image, empty when the row has none. */
    private byte[] bytes(Group row) {
      if (row.getFieldRepetitionCount(imageColumn) == 0) {
        return new byte[0];
      }
      if (row.getType().getType(imageColumn).isPrimitive()) {
        return row.getBinary(imageColumn, 0).getBytes();
      }
      Group structure = row.getGroup(imageColumn, 0);
      return structure.getFieldRepetitionCount(BYTES) == 0
          ? new byte[0]
          : structure.getBinary(BYTES, 0).getBytes();
    }

    private static @Nullable String text(Group row, @Nullable String column) {
      return column == null || row.getFieldRepetitionCount(column) == 0
          ? null
          : row.getValueToString(row.getType().getFieldIndex(column), 0);
    }
  }
}
