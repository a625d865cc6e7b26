package org.vocabeam.transforms.training;

import java.io.IOException;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * A row of an images store as training reads it.
 *
 * @param image null where stored views take the place of its pixels
 */
record ImageRow(String id, String split, @Nullable ImageRecord image) {
  /** Columns that are read where the pixels are not. */
  private record WithoutPixels(String id, String split) {
    static final RecordType<WithoutPixels> TYPE =
        RecordType.projection(WithoutPixels.class, ImageRecord.TYPE.store());
  }

  /** Reads the images of a row group. */
  static RowReader<ImageRow> read(RowGroup group) throws IOException {
    return RowReader.of(ImageRecord.TYPE, group)
        .map(image -> new ImageRow(image.id(), image.split(), image));
  }

  /** Reads a row group without its pixels. */
  static RowReader<ImageRow> readWithoutPixels(RowGroup group) throws IOException {
    return RowReader.of(WithoutPixels.TYPE, group)
        .map(row -> new ImageRow(row.id(), row.split(), null));
  }
}
