package org.vocabeam.transforms.image;

import org.vocabeam.transforms.parquet.RecordType;

/**
 * Rejected file: a row of a {@code rejected} store.
 *
 * @param id id that the image would have had
 * @param reason text of a {@link Rejection}
 */
public record RejectedRecord(String id, String reason) {
  public static final RecordType<RejectedRecord> TYPE =
      RecordType.of(RejectedRecord.class, "rejected", RejectedRecord::id);
}
