package org.vocabeam.transforms.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Bytes of a file, read at positions. */
final class Bytes {
  private Bytes() {}

  /** Returns true if the bytes have these values from a position on. */
  static boolean match(byte[] bytes, int at, int... values) {
    if (bytes.length - at < values.length) {
      return false;
    }
    for (int i = 0; i < values.length; i++) {
      if (bytes[at + i] != (byte) values[i]) {
        return false;
      }
    }
    return true;
  }

  static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
