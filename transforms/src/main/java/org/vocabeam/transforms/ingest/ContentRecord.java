package org.vocabeam.transforms.ingest;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Hashes by which a growing store recognises an image, a row of their store.
 *
 * @param id in the store
 * @param label class, or null
 * @param content hash of the source image before decoding: 32 hexadecimal digits
 * @param pixels hash of the stored pixels, in the same form
 */
public record ContentRecord(
    String id, @Nullable String label, String split, String content, String pixels) {
  public static final RecordType<ContentRecord> TYPE =
      RecordType.of(ContentRecord.class, "contents", ContentRecord::id);
}
