package org.vocabeam.models.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.vocabeam.models.Float16;

/** Type of a tensor's values in a file, little-endian. */
public enum WeightType {
  FLOAT64(Double.BYTES, "F64", "Double") {
    @Override
    double value(ByteBuffer bytes, int at) {
      return bytes.getDouble(at);
    }
  },
  FLOAT32(Float.BYTES, "F32", "Float") {
    @Override
    double value(ByteBuffer bytes, int at) {
      return bytes.getFloat(at);
    }
  },
  FLOAT16(Short.BYTES, "F16", "Half") {
    @Override
    double value(ByteBuffer bytes, int at) {
      return Float16.value(bytes.getShort(at));
    }
  },
  BFLOAT16(Short.BYTES, "BF16", "BFloat16") {
    @Override
    double value(ByteBuffer bytes, int at) {
      return Float.intBitsToFloat(bytes.getShort(at) << 16);
    }
  },
  INT64(Long.BYTES, "I64", "Long") {
    @Override
    double value(ByteBuffer bytes, int at) {
      return bytes.getLong(at);
    }
  },
  INT32(Integer.BYTES, "I32", "Int") {
    @Override
    double value(ByteBuffer bytes, int at) {
      return bytes.getInt(at);
    }
  },
  INT16(Short.BYTES, "I16", "Short") {
    @Override
    double value(ByteBuffer bytes, int at) {
      return bytes.getShort(at);
    }
  },
  INT8(Byte.BYTES, "I8", "Char") {
    @Override
    double value(ByteBuffer bytes, int at) {
      return bytes.get(at);
    }
  },
  UINT8(Byte.BYTES, "U8", "Byte") {
    @Override
    double value(ByteBuffer bytes, int at) {
      return bytes.get(at) & 0xff;
    }
  },
  BOOL(Byte.BYTES, "BOOL", "Bool") {
    @Override
    double value(ByteBuffer bytes, int at) {
      return bytes.get(at) == 0 ? 0 : 1;
    }
  };

  private final int bytes;
  private final String safetensors;
  private final String storage;

  WeightType(int bytes, String safetensors, String storage) {
    this.bytes = bytes;
    this.safetensors = safetensors;
    this.storage = storage;
  }

  /** Returns the name that PyTorch and NumPy have for the type: {@code float32}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the bytes of a value. */
  public int bytes() {
    return bytes;
  }

  /** Returns true for real numbers, of which networks are made; false for counts and flags. */
  public boolean isFloating() {
    return compareTo(BFLOAT16) <= 0;
  }

  /** Returns the value at a place of a little-endian buffer. */
  abstract double value(ByteBuffer bytes, int at);

  /** Returns the type of a name in a safetensors header. */
  static WeightType ofSafetensors(String name) {
    return Arrays.stream(values())
        .filter(type -> type.safetensors.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new Refusal(
                    "has a tensor of the type "
                        + Refusal.quoted(name)
                        + ", must be one of "
                        + Arrays.stream(values())
                            .map(type -> type.safetensors)
                            .collect(Collectors.joining(", "))));
  }

  /** Returns the name in a safetensors header. */
  String safetensorsName() {
    return safetensors;
  }

  /** Returns the name of PyTorch's class of storages. */
  String storageClass() {
    return "torch." + storage + "Storage";
  }
}
