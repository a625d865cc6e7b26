package org.vocabeam.transforms.labels;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RecordType;

/** Row of an images store without its pixels, which are not read. */
record LabelRow(String id, @Nullable String label, String split) {
  static final RecordType<LabelRow> TYPE =
      RecordType.projection(LabelRow.class, ImageRecord.TYPE.store());
}
