package org.vocabeam.transforms.parquet;

import java.io.Serializable;

/**
 * A piece of a Parquet file that is read alone.
 *
 * @param file path of the file
 * @param index of the row group in its file
 * @param firstRow rows before it, in all files that were listed together
 * @param rows rows in it
 * @param bytes size in memory: uncompressed, all columns
 */
public record RowGroup(String file, int index, long firstRow, long rows, long bytes)
    implements Serializable {

  /** Returns the name of the file in its directory. */
  public String fileName() {
    return file.substring(file.lastIndexOf('/') + 1);
  }
}
