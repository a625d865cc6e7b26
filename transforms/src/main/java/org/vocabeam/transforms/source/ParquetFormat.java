package org.vocabeam.transforms.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.parquet.ParquetRuntimeException;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageFormat;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.ParquetFooter;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Parquet files with a column of encoded images: bytes, or the structure {@code {bytes, path}} of
 * Hugging Face's data sets, whose images without bytes are files beside the table. The id is the
 * file's name, {@code #} and the row. Labels and splits are columns, or partitions ({@code
 * label=cat/}); splits may also be in the names of directories and files.
 */
final class ParquetFormat implements SourceFormat {
  private static final Pattern NAMES = Pattern.compile(".*\\.parquet", Pattern.CASE_INSENSITIVE);
  private static final String BYTES = "bytes";
  private static final String PATH = "path";
  private static final String NO_PARTITION = "__HIVE_DEFAULT_PARTITION__";

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
    Levels levels = Levels.of(tables.stream().map(StoreFiles.Listed::name).toList());
    List<WorkItem.Part> parts = new ArrayList<>();
    long rows = 0;
    Set<String> labels = new LinkedHashSet<>();
    Set<String> splits = new LinkedHashSet<>();
    List<String> warnings = new ArrayList<>();
    for (StoreFiles.Listed file : tables) {
      Columns columns;
      try {
        columns = Columns.of(file, files.options(), levels);
      } catch (DamagedFile e) {
        if (tables.size() == 1) {
          throw e;
        }
        String split = Columns.fallback(file, levels).orElse(ImageRecord.NO_SPLIT);
        parts.add(ParquetTable.withoutFooter(file, split));
        continue;
      }
      for (RowGroup group : columns.footer.rowGroups()) {
        rows += group.rows();
        parts.add(columns.rows(group));
      }
      labels.add(columns.labelOrigin());
      if (columns.label == null && !columns.texts.isEmpty() && warnings.isEmpty()) {
        warnings.add(
            String.format(
                "no column of %s has a name that is usual for labels; set labelColumn to one of its"
                    + " columns if it holds them: %s",
                file.name(), String.join(", ", columns.texts)));
      }
      splits.add(columns.splitOrigin());
    }
    return Optional.of(
        ImageSource.of(
                name(),
                parts,
                SourceSize.ofFiles(rows, SourceFiles.bytes(tables)),
                files,
                tables,
                List.of())
            .from(new Origin(String.join("; ", labels), String.join("; ", splits), warnings)));
  }

  /**
   * Meaning of the columns of a file.
   *
   * @param image column of images
   * @param label column of labels, or null
   * @param split column of splits, or null
   * @param partitions values of the directories {@code key=value} by key, and of no column
   * @param texts columns of numbers and texts, and partitions
   * @param labels those that are usually labels
   * @param fallback split by the names of directories and of the file
   */
  private record Columns(
      StoreFiles.Listed file,
      ParquetFooter footer,
      String image,
      @Nullable String label,
      @Nullable String split,
      Map<String, String> partitions,
      List<String> texts,
      List<String> labels,
      Optional<String> fallback) {

    static Columns of(StoreFiles.Listed file, SourceOptions options, Levels levels) {
      ParquetFooter footer = ParquetTable.footer(file.path());
      MessageType schema = footer.schema();
      Map<String, String> partitions = partitions(file.name());
      String image = imageColumn(file, footer, options.imageColumn());
      List<String> texts = new ArrayList<>(ParquetTable.columns(schema));
      texts.addAll(partitions.keySet());
      texts.remove(image);
      texts.remove(options.splitColumn());
      List<String> labels = ColumnNames.all(ColumnNames.LABELS, texts);
      List<String> splits = ColumnNames.all(ColumnNames.SPLITS, texts);
      texts.removeAll(splits);
      Set<String> all = new LinkedHashSet<>(partitions.keySet());
      schema.getFields().forEach(field -> all.add(field.getName()));
      return new Columns(
          file,
          footer,
          image,
          chosen(file, all, options.labelColumn(), "labelColumn", labels),
          chosen(file, all, options.splitColumn(), "splitColumn", splits),
          partitions,
          texts,
          labels,
          fallback(file, levels));
    }

    /** Returns the wanted column, which must exist; without one the first of the usual. */
    private static @Nullable String chosen(
        StoreFiles.Listed file,
        Set<String> all,
        @Nullable String wanted,
        String setting,
        List<String> usual) {
      if (wanted != null && !all.contains(wanted)) {
        throw missing(file, all, setting, wanted);
      }
      return wanted != null || usual.isEmpty() ? wanted : usual.get(0);
    }

    private static Optional<String> fallback(StoreFiles.Listed file, Levels levels) {
      return levels.split(Levels.parents(file.name())).or(() -> Splits.ofFile(file.name()));
    }

    private static Map<String, String> partitions(String name) {
      Map<String, String> partitions = new LinkedHashMap<>();
      for (String directory : Levels.parents(name)) {
        int equals = directory.indexOf('=');
        if (equals > 0 && !directory.endsWith("=" + NO_PARTITION)) {
          partitions.put(
              directory.substring(0, equals),
              URLDecoder.decode(
                  directory.substring(equals + 1).replace("+", "%2B"), StandardCharsets.UTF_8));
        }
      }
      return partitions;
    }

    Rows rows(RowGroup group) {
      MessageType schema = footer.schema();
      List<Type> fields = new ArrayList<>();
      fields.add(imageField(file, schema.getType(image)));
      Stream.of(label, split)
          .filter(column -> column != null && schema.containsField(column))
          .distinct()
          .forEach(column -> fields.add(schema.getType(column)));
      String directory =
          file.path().substring(0, file.path().length() - StoreFiles.name(file.name()).length());
      return new Rows(
          group,
          file.name(),
          directory,
          new MessageType(schema.getName(), fields).toString(),
          image,
          value(label),
          value(split),
          fallback.orElse(ImageRecord.NO_SPLIT));
    }

    private @Nullable Value value(@Nullable String column) {
      return column == null
          ? null
          : footer.schema().containsField(column)
              ? new Value(ParquetText.of(file.path(), footer, column), null)
              : new Value(null, partitions.get(column));
    }

    String labelOrigin() {
      if (label == null) {
        return "";
      }
      if (!footer.schema().containsField(label)) {
        return "the folders " + label + "=...";
      }
      String origin = "the column '" + label + "'";
      if (ParquetText.of(file.path(), footer, label).isNamed()) {
        origin += ", by the names of its classes in the file's metadata";
      }
      List<String> others = labels.stream().filter(column -> !column.equals(label)).toList();
      return others.isEmpty()
          ? origin
          : origin
              + String.format(
                  " (there is '%s' too; set labelColumn to read that)",
                  String.join("', '", others));
    }

    String splitOrigin() {
      return split == null
          ? "the names of folders and files"
          : footer.schema().containsField(split)
              ? "the column '" + split + "'"
              : "the folders " + split + "=...";
    }
  }

  /** Returns false if a file has no column that may hold images, or a text is named as that. */
  static boolean hasImages(StoreFiles.Listed file, SourceOptions options) {
    MessageType schema = ParquetTable.footer(file.path()).schema();
    String wanted = options.imageColumn();
    return wanted == null
        ? schema.getFields().stream()
            .anyMatch(field -> imageType(field) != null && !isString(field))
        : !schema.containsField(wanted) || !isString(schema.getType(wanted));
  }

  /** Returns the column of images: the wanted one, a usual one, or the only one that may be it. */
  private static String imageColumn(
      StoreFiles.Listed file, ParquetFooter footer, @Nullable String wanted) {
    MessageType schema = footer.schema();
    List<String> names = schema.getFields().stream().map(Type::getName).toList();
    if (wanted != null) {
      if (!names.contains(wanted)) {
        throw missing(file, names, "imageColumn", wanted);
      }
      return wanted;
    }
    List<String> candidates =
        schema.getFields().stream()
            .filter(field -> imageType(field) != null && !isString(field))
            .map(Type::getName)
            .toList();
    Optional<String> usual = ColumnNames.find(ColumnNames.IMAGES, candidates);
    if (usual.isPresent()) {
      return usual.get();
    }
    List<String> images =
        candidates.stream().filter(column -> startsWithImage(file, footer, column)).toList();
    if (images.size() == 1) {
      return images.get(0);
    }
    throw missing(file, names, "imageColumn", "image");
  }

  private static UserError missing(
      StoreFiles.Listed file, Iterable<String> columns, String setting, String column) {
    return new UserError(
        String.format(
            "%s has no column '%s'; set %s to one of its columns: %s",
            file.path(), column, setting, String.join(", ", columns)));
  }

  /** Returns true if the first image of a column has the first bytes of one. */
  private static boolean startsWithImage(
      StoreFiles.Listed file, ParquetFooter footer, String column) {
    if (footer.rowGroups().isEmpty()) {
      return false;
    }
    Type field = imageField(file, footer.schema().getType(column));
    try (RowReader<Group> rows =
        ParquetTable.open(
            footer.rowGroups().get(0), new MessageType(footer.schema().getName(), field))) {
      while (rows.hasNext()) {
        byte[] bytes = Rows.bytes(rows.next(), column);
        if (bytes.length > 0) {
          return ImageFormat.of(bytes).isPresent();
        }
      }
      return false;
    } catch (IOException | ParquetRuntimeException e) {
      throw new UserError(
          String.format("cannot read %s: %s; fetch it again", file.path(), e.getMessage()), e);
    }
  }

  private static Type imageField(StoreFiles.Listed file, Type column) {
    return Optional.ofNullable(imageType(column))
        .orElseThrow(
            () ->
                new UserError(
                    String.format(
                        "column '%s' of %s is '%s'; encoded images (bytes, or a structure with"
                            + " bytes) are needed",
                        column.getName(), file.path(), column)));
  }

  /** Returns the part of a column that is read, or null if it has no bytes. */
  private static @Nullable Type imageType(Type column) {
    if (isBinary(column)) {
      return column;
    }
    if (column.isPrimitive() || column.isRepetition(Type.Repetition.REPEATED)) {
      return null;
    }
    GroupType structure = column.asGroupType();
    if (!structure.containsField(BYTES) || !isBinary(structure.getType(BYTES))) {
      return null;
    }
    List<Type> fields = new ArrayList<>(List.of(structure.getType(BYTES)));
    if (structure.containsField(PATH) && isBinary(structure.getType(PATH))) {
      fields.add(structure.getType(PATH));
    }
    return structure.withNewFields(fields);
  }

  private static boolean isBinary(Type type) {
    return type.isPrimitive()
        && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
        && !type.isRepetition(Type.Repetition.REPEATED);
  }

  private static boolean isString(Type type) {
    return type.getLogicalTypeAnnotation()
        instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation;
  }

  /** Label or split of a row: a column, or a constant of its file. */
  private record Value(@Nullable ParquetText column, @Nullable String constant)
      implements Serializable {
    @Nullable String of(Group row) {
      return column == null ? Labels.of(constant) : column.label(row);
    }
  }

  /**
   * The images in one row group.
   *
   * @param name of the file, relative to the source
   * @param directory of the file
   * @param projection schema of the columns that are read
   * @param fallback split of rows that have none
   */
  private record Rows(
      RowGroup group,
      String name,
      String directory,
      String projection,
      String image,
      @Nullable Value label,
      @Nullable Value split,
      String fallback)
      implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      try (RowReader<Group> rows =
          ParquetTable.open(group, MessageTypeParser.parseMessageType(projection))) {
        for (long row = group.firstRow(); rows.hasNext(); row++) {
          Group values = rows.next();
          String rowSplit = split == null ? null : Splits.of(split.of(values));
          images.accept(
              read(
                  values,
                  SourceImage.rowId(name, row),
                  label == null ? null : label.of(values),
                  Objects.requireNonNullElse(rowSplit, fallback),
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

    private SourceImage read(
        Group row, String id, @Nullable String imageLabel, String imageSplit, int maxBytes)
        throws IOException {
      byte[] bytes = bytes(row, image);
      String path = bytes.length == 0 ? path(row) : null;
      return path == null
          ? SourceImage.file(id, imageLabel, imageSplit, new ByteArrayInputStream(bytes), maxBytes)
          : LinkedFile.read(id, imageLabel, imageSplit, directory, path, maxBytes);
    }

    /** Returns the encoded image, empty when the row has none. */
    static byte[] bytes(Group row, String column) {
      if (row.getFieldRepetitionCount(column) == 0) {
        return new byte[0];
      }
      if (row.getType().getType(column).isPrimitive()) {
        return row.getBinary(column, 0).getBytes();
      }
      Group structure = row.getGroup(column, 0);
      return structure.getFieldRepetitionCount(BYTES) == 0
          ? new byte[0]
          : structure.getBinary(BYTES, 0).getBytes();
    }

    /** Returns the path of an image, or null when the row has none. */
    private @Nullable String path(Group row) {
      if (row.getFieldRepetitionCount(image) == 0 || row.getType().getType(image).isPrimitive()) {
        return null;
      }
      Group structure = row.getGroup(image, 0);
      return structure.getType().containsField(PATH) && structure.getFieldRepetitionCount(PATH) > 0
          ? structure.getString(PATH, 0)
          : null;
    }
  }
}
