package org.vocabeam.transforms.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * What the end of a Parquet file says about it.
 *
 * @param schema its columns
 * @param metadata its key-value metadata
 * @param rowGroups in file order
 * @param rows of all row groups
 */
public record ParquetFooter(
    MessageType schema, Map<String, String> metadata, List<RowGroup> rowGroups, long rows) {

  /** The types of the columns in words, by name, in the file's order. */
  public Map<String, String> columns() {
    Map<String, String> columns = new LinkedHashMap<>();
    for (Type column : schema.getFields()) {
      columns.put(
          column.getName(),
          ColumnMatch.describe(column)
              + (column.isRepetition(Type.Repetition.OPTIONAL) ? ", may be null" : ""));
    }
    return columns;
  }

  /**
   * Reads the footer of any Parquet file.
   *
   * @param firstRow rows in the files before this one
   */
  public static ParquetFooter read(String file, long firstRow) throws IOException {
    try (ParquetFileReader reader = RowReader.open(file)) {
      ParquetMetadata footer = reader.getFooter();
      List<RowGroup> groups = new ArrayList<>();
      long row = firstRow;
      for (BlockMetaData block : footer.getBlocks()) {
        groups.add(
            new RowGroup(file, groups.size(), row, block.getRowCount(), block.getTotalByteSize()));
        row += block.getRowCount();
      }
      return new ParquetFooter(
          footer.getFileMetaData().getSchema(),
          footer.getFileMetaData().getKeyValueMetaData(),
          List.copyOf(groups),
          row - firstRow);
    }
  }
}
