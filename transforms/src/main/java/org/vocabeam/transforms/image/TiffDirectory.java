package org.vocabeam.transforms.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * First directory of a TIFF structure: tags and their values. Entries that are damaged, or lead out
 * of the structure, count as absent.
 */
final class TiffDirectory {
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int LONG8 = 16;

  /** Value of an entry. */
  private record Value(int type, long count, long position) {}

  private final ByteBuffer structure;
  private final Map<Integer, Value> values = new HashMap<>();
  private final Set<Integer> beyond = new HashSet<>();
  private boolean cut;

  private TiffDirectory(ByteBuffer structure) {
    this.structure = structure;
  }

  /** Reads the structure in {@code [from, to)}; empty when it is none. */
  static Optional<TiffDirectory> first(byte[] bytes, int from, int to) {
    if (to - from < 8) {
      return Optional.empty();
    }
    ByteBuffer structure = ByteBuffer.wrap(bytes, from, to - from).slice();
    if (Bytes.match(bytes, from, 'I', 'I')) {
      structure.order(ByteOrder.LITTLE_ENDIAN);
    } else if (!Bytes.match(bytes, from, 'M', 'M')) {
      return Optional.empty();
    }
    int version = structure.getShort(2);
    TiffDirectory directory = new TiffDirectory(structure);
    if (version == 42) {
      directory.read(structure.getInt(4) & 0xFFFF_FFFFL, false);
    } else if (version == 43 && structure.limit() >= 16) { // BigTIFF
      directory.read(structure.getLong(8), true);
    } else {
      return Optional.empty();
    }
    return Optional.of(directory);
  }

  private void read(long offset, boolean big) {
    int head = big ? 8 : 2;
    int length = big ? 20 : 12;
    if (!has(offset, head)) {
      cut = true;
      return;
    }
    int from = (int) offset;
    long count = big ? structure.getLong(from) : structure.getShort(from) & 0xFFFF;
    for (int i = 0; i < count; i++) {
      if (!has(offset + head, (i + 1L) * length)) {
        cut = true;
        return;
      }
      int at = from + head + i * length;
      int tag = structure.getShort(at) & 0xFFFF;
      int type = structure.getShort(at + 2);
      long number = big ? structure.getLong(at + 4) : structure.getInt(at + 4) & 0xFFFF_FFFFL;
      int field = at + (big ? 12 : 8);
      int size = size(type);
      if (size > 0 && number > 0 && number <= structure.limit()) {
        long bytes = number * size;
        long position =
            bytes <= (big ? 8 : 4)
                ? field
                : big ? structure.getLong(field) : structure.getInt(field) & 0xFFFF_FFFFL;
        if (has(position, bytes)) {
          values.put(tag, new Value(type, number, position));
        } else {
          beyond.add(tag);
        }
      }
    }
  }

  /** Returns true if entries of the directory are beyond the structure's end. */
  boolean isCut() {
    return cut;
  }

  /** Returns true if the values of a tag are beyond the structure's end. */
  boolean isBeyond(int tag) {
    return beyond.contains(tag);
  }

  private boolean has(long position, long bytes) {
    return position >= 0 && bytes <= structure.limit() && position <= structure.limit() - bytes;
  }

  /** Returns the bytes of a number; 0 for other types. */
  private static int size(int type) {
    return switch (type) {
      case SHORT -> 2;
      case LONG -> 4;
      case LONG8 -> 8;
      default -> 0;
    };
  }

  /** Returns the unsigned integers of a tag; none when it is absent or of another type. */
  long[] numbers(int tag) {
    Value value = values.get(tag);
    if (value == null) {
      return new long[0];
    }
    long[] numbers = new long[(int) value.count];
    for (int i = 0; i < numbers.length; i++) {
      int at = (int) value.position + i * size(value.type);
      numbers[i] =
          switch (value.type) {
            case SHORT -> structure.getShort(at) & 0xFFFF;
            case LONG -> structure.getInt(at) & 0xFFFF_FFFFL;
            default -> structure.getLong(at);
          };
    }
    return numbers;
  }

  /** Returns the first number of a tag, or another one when it is absent. */
  long number(int tag, long otherwise) {
    long[] numbers = numbers(tag);
    return numbers.length == 0 ? otherwise : numbers[0];
  }
}
