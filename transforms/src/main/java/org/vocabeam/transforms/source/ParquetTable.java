package org.vocabeam.transforms.source;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.parquet.ParquetRuntimeException;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.parquet.ParquetFooter;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/** Parquet files as parquet-java's groups, and as tables of text. */
final class ParquetTable {
  private ParquetTable() {}

  /**
   * Reads the footer of a file.
   *
   * @throws DamagedFile when it is not whole
   */
  static ParquetFooter footer(String path) {
    try {
      return ParquetFooter.read(path, 0);
    } catch (IOException | RuntimeException e) {
      throw new DamagedFile(path + " is not a whole Parquet file; fetch it again", e);
    }
  }

  /** Returns a file that is rejected, because it has others beside it and no footer. */
  static WorkItem.Part withoutFooter(StoreFiles.Listed file, String split) {
    return new DamagedFile.Alone(new Footer(file.path()), file.path(), file.name(), split);
  }

  /** Reader of a footer, which can only fail: the driver knows the images of any other. */
  private record Footer(String file) implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      footer(file);
      throw new UserError(file + " could not be read at first; give the command again");
    }
  }

  /** Opens some columns of a row group. */
  static RowReader<Group> open(RowGroup group, MessageType columns) throws IOException {
    PlainParquetConfiguration configuration = new PlainParquetConfiguration();
    configuration.set(ReadSupport.PARQUET_READ_SCHEMA, columns.toString());
    return RowReader.of(group, new GroupReadSupport(), configuration, Group.class);
  }

  /** Returns the columns that can be read as text. */
  static List<String> columns(String path) {
    return columns(footer(path).schema());
  }

  static List<String> columns(MessageType schema) {
    return schema.getFields().stream().filter(ParquetText::isText).map(Type::getName).toList();
  }

  /** Reads all rows, with the named columns as labels. */
  static void forEach(
      String path, Collection<String> names, Consumer<Map<String, String>> consumer) {
    ParquetFooter footer = footer(path);
    List<ParquetText> columns =
        names.stream()
            .filter(footer.schema()::containsField)
            .map(column -> ParquetText.of(path, footer, column))
            .toList();
    MessageType projection =
        new MessageType(
            footer.schema().getName(),
            columns.stream().map(column -> footer.schema().getType(column.column())).toList());
    for (RowGroup group : footer.rowGroups()) {
      try (RowReader<Group> rows = open(group, projection)) {
        while (rows.hasNext()) {
          Group values = rows.next();
          Map<String, String> row = new LinkedHashMap<>();
          for (ParquetText column : columns) {
            String text = column.label(values);
            if (text != null) {
              row.put(column.column(), text);
            }
          }
          consumer.accept(row);
        }
      } catch (IOException | ParquetRuntimeException e) {
        throw new UserError(
            String.format("cannot read %s: %s; fetch the file again", path, e.getMessage()), e);
      }
    }
  }
}
