package org.vocabeam.transforms.store;

import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.parquet.RecordType;

/** A row for the tests: text, text or null, number, bytes. */
record Sample(String id, @Nullable String label, int number, byte[] content) {
  static final RecordType<Sample> TYPE = RecordType.of(Sample.class, "samples", Sample::id);

  static Sample of(int number) {
    byte[] content = new byte[100 + number % 7];
    Arrays.fill(content, (byte) number);
    return new Sample("s" + number, number % 3 == 0 ? null : "c" + number % 3, number, content);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return RecordType.areEqual(this, other);
  }

  @Override
  public int hashCode() {
    return RecordType.hash(this);
  }

  @Override
  public String toString() {
    return id + " " + label + " " + number + " " + content.length;
  }
}
