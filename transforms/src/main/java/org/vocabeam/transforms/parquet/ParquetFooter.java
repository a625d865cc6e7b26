package org.vocabeam.transforms.parquet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/**
 * Footer of a Parquet file.
 *
 * @param schema its columns
 * @param metadata its key-value metadata
 * @param rowGroups in file order
 * @param constants of every row group the columns of text that have one value in all its rows, and
 *     that value, as far as their statistics tell
 * @param rows of all row groups
 */
public record ParquetFooter(
    MessageType schema,
    Map<String, String> metadata,
    List<RowGroup> rowGroups,
    List<Map<String, String>> constants,
    long rows) {
  /**
   * Statistics may hold the beginning of a value, and parquet-java does not say that they do: a
   * shorter value is whole. No engine is known that cuts after fewer than 16 bytes.
   */
  private static final int WHOLE_BYTES = 16;

  /** Returns the types of the columns in words, by name, in the file's order. */
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
      List<Map<String, String>> constants = new ArrayList<>();
      long row = firstRow;
      for (BlockMetaData block : footer.getBlocks()) {
        groups.add(
            new RowGroup(file, groups.size(), row, block.getRowCount(), block.getTotalByteSize()));
        constants.add(constants(block));
        row += block.getRowCount();
      }
      return new ParquetFooter(
          footer.getFileMetaData().getSchema(),
          footer.getFileMetaData().getKeyValueMetaData(),
          List.copyOf(groups),
          List.copyOf(constants),
          row - firstRow);
    }
  }

  private static Map<String, String> constants(BlockMetaData block) {
    Map<String, String> constants = new TreeMap<>();
    for (ColumnChunkMetaData column : block.getColumns()) {
      Statistics<?> values = column.getStatistics();
      if (column.getPath().size() == 1
          && ColumnMatch.isText(column.getPrimitiveType().getLogicalTypeAnnotation())
          && values != null
          && values.hasNonNullValue()
          && hasNoNull(column.getPrimitiveType(), values)
          && values.getMinBytes().length < WHOLE_BYTES
          && Arrays.equals(values.getMinBytes(), values.getMaxBytes())) {
        String value = new String(values.getMinBytes(), StandardCharsets.UTF_8);
        constants.put(column.getPath().toDotString(), value);
      }
    }
    return constants;
  }

  private static boolean hasNoNull(PrimitiveType column, Statistics<?> values) {
    return column.isRepetition(Type.Repetition.REQUIRED)
        || (values.isNumNullsSet() && values.getNumNulls() == 0);
  }
}
