package org.vocabeam.transforms.store;

import java.io.IOException;
import java.util.Iterator;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.parquet.ParquetFooter;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Rows of a companion store: one that has a row for every selected row of another store, and as
 * many shards. The files of both have the same names then, and their rows the same order, so what
 * belongs to the selected rows of a row group is a range of the companion's file. No other row
 * groups of it are read than those that hold the range; one is in memory at a time.
 */
public final class AlignedRows<T> implements AutoCloseable {
  private final RecordType<T> type;
  private final String file;
  private final Iterator<RowGroup> groups;
  private @Nullable RowReader<T> rows;

  private AlignedRows(RecordType<T> type, String file, Iterator<RowGroup> groups) {
    this.type = type;
    this.file = file;
    this.groups = groups;
  }

  /**
   * Opens the companion's rows from those of a row group on.
   *
   * @param directory of the companion
   * @param group of the other store
   * @param before selected rows in the row groups before it in its file
   */
  public static <T> AlignedRows<T> of(
      RecordType<T> type, String directory, RowGroup group, long before) throws IOException {
    String file = StoreFiles.resolve(directory, group.fileName());
    AlignedRows<T> aligned =
        new AlignedRows<>(
            type,
            file,
            ParquetFooter.read(file, 0).rowGroups().stream()
                .dropWhile(g -> g.firstRow() + g.rows() <= before)
                .iterator());
    if (aligned.groups.hasNext()) {
      RowGroup first = aligned.groups.next();
      aligned.rows = RowReader.of(type, first);
      aligned.rows.skip(before - first.firstRow());
    }
    return aligned;
  }

  /**
   * Returns the next row.
   *
   * @param id expected
   * @throws UserError when it has another, or there is none: the two stores do not belong together
   */
  public T next(String id) throws IOException {
    while (rows == null || !rows.hasNext()) {
      close();
      if (!groups.hasNext()) {
        throw misaligned("ends", id);
      }
      rows = RowReader.of(type, groups.next());
    }
    T row = rows.next();
    if (!type.id(row).equals(id)) {
      throw misaligned("has '" + type.id(row) + "'", id);
    }
    return row;
  }

  private UserError misaligned(String has, String id) {
    return new UserError(
        String.format(
            "%s %s where the images have '%s': its %s were not made of these images, or are in"
                + " another order; make them again",
            file, has, id, type.store()));
  }

  @Override
  public void close() {
    if (rows != null) {
      rows.close();
      rows = null;
    }
  }
}
