package org.vocabeam.transforms.codebook;

import java.io.IOException;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Reader of row groups of descriptors as matrices. Every row group begins a block, so that a
 * descriptor has the same place in its block whoever reads it.
 */
final class DescriptorBlocks {
  /** Values of a row: an iteration needs no other column. */
  private record Values(byte[] bytes) {
    static final RecordType<Values> TYPE =
        RecordType.projection(Values.class, DescriptorRecord.TYPE.store());
  }

  /** Use of a block. */
  interface Action {
    /**
     * Takes a block.
     *
     * @param values {@code [rows, C]}, may be longer; overwritten by the next block
     */
    void take(float[] values, int rows);
  }

  private final int channels;
  private final float[] values;
  private final int rows;

  /**
   * @param rows most rows of a block
   */
  DescriptorBlocks(int channels, int rows) {
    this.channels = channels;
    this.rows = rows;
    this.values = new float[Math.multiplyExact(rows, channels)];
  }

  /** Reads a row group. */
  void forEach(RowGroup group, Action action) throws IOException {
    try (RowReader<Values> reader = RowReader.of(Values.TYPE, group)) {
      int filled = 0;
      while (reader.hasNext()) {
        byte[] bytes = reader.next().bytes();
        check(bytes, channels, group.file());
        DescriptorRecord.decode(bytes, values, filled * channels);
        filled++;
        if (filled == rows || !reader.hasNext()) {
          action.take(values, filled);
          filled = 0;
        }
      }
    }
  }

  /**
   * Rejects a descriptor of another width.
   *
   * @param place of the descriptor, for the message
   */
  static void check(byte[] bytes, int channels, String place) {
    if (bytes.length != channels * Float.BYTES) {
      throw new UserError(
          String.format(
              "%s: a descriptor has %d bytes, must have %d for the %d channels of its store; write"
                  + " the store again",
              place, bytes.length, channels * Float.BYTES, channels));
    }
  }
}
