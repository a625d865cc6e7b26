package org.vocabeam.models.weights;

import com.google.common.io.ByteStreams;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.vocabeam.models.UserError;

/**
 * A named tensor of a file, whose values are read when they are asked for.
 *
 * <pre>{@code
 * float[] kernels = tensor.floats(); // row-major
 * }</pre>
 */
public final class WeightTensor {
  private static final int CHUNK = 1 << 16;
  private static final int MOST_AXES = 64;

  private final Path file;
  private final String name;
  private final WeightType type;
  private final List<Long> shape;
  private final Storage storage;
  private final long offset;
  private final List<Long> strides;
  private final List<WeightTensor> parts;

  /**
   * Makes a tensor whose view has been {@link #check checked}.
   *
   * @param offset of the first value, in values
   * @param strides of every axis, in values
   */
  WeightTensor(
      Path file,
      String name,
      WeightType type,
      List<Long> shape,
      Storage storage,
      long offset,
      List<Long> strides) {
    this(file, name, type, shape, storage, offset, strides, List.of());
  }

  private WeightTensor(
      Path file,
      String name,
      WeightType type,
      List<Long> shape,
      Storage storage,
      long offset,
      List<Long> strides,
      List<WeightTensor> parts) {
    this.file = file;
    this.name = name;
    this.type = type;
    this.shape = List.copyOf(shape);
    this.storage = storage;
    this.offset = offset;
    this.strides = List.copyOf(strides);
    this.parts = List.copyOf(parts);
  }

  /**
   * Returns tensors of one type and shape joined along their first axis.
   *
   * @param parts at least one; null for zeros
   */
  static WeightTensor joined(String name, List<WeightTensor> parts) {
    List<WeightTensor> given = parts.stream().filter(Objects::nonNull).toList();
    WeightTensor first = given.get(0);
    for (WeightTensor part : given) {
      if (part.type != first.type || !part.shape.equals(first.shape) || !part.isRowMajor()) {
        throw new UserError(
            "%s: %s cannot be joined with %s, which is of another form"
                .formatted(part.file, part, first));
      }
    }
    List<Long> shape = new ArrayList<>(first.shape);
    if (shape.isEmpty()) {
      throw new UserError("%s: %s is no layer of its own".formatted(first.file, first));
    }
    shape.set(0, parts.size() * shape.get(0));
    Storage joined =
        new Storage() {
          @Override
          public long size() {
            return WeightTensor.size(shape);
          }

          @Override
          public InputStream from(long position) throws IOException {
            List<InputStream> streams = new ArrayList<>();
            for (WeightTensor part : parts) {
              long bytes = first.size() * first.type.bytes();
              streams.add(
                  part == null
                      ? new ByteArrayInputStream(new byte[Math.toIntExact(bytes)])
                      : ByteStreams.limit(
                          part.storage.from(part.offset * part.type.bytes()), bytes));
            }
            InputStream all = new SequenceInputStream(Collections.enumeration(streams));
            all.skipNBytes(position);
            return all;
          }
        };
    return new WeightTensor(first.file, name, first.type, shape, joined, 0, rowMajor(shape), given);
  }

  /** Returns the tensors of the file that this one is made of: itself, if it was not joined. */
  public List<WeightTensor> parts() {
    return parts.isEmpty() ? List.of(this) : parts;
  }

  /** Returns the name in the file; keys of nested dictionaries are joined by {@code /}. */
  public String name() {
    return name;
  }

  /** Returns the same tensor under another name. */
  WeightTensor named(String other) {
    return new WeightTensor(file, other, type, shape, storage, offset, strides);
  }

  /** Returns the type of the values in the file. */
  public WeightType type() {
    return type;
  }

  /** Returns the shape; a scalar has no dimension. */
  public List<Long> shape() {
    return shape;
  }

  /** Returns the shape as PyTorch writes it: {@code [64, 3, 7, 7]}. */
  public String shownShape() {
    return shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }

  /** Returns the number of values. */
  public long size() {
    return size(shape);
  }

  /**
   * Returns the values as float32, row-major.
   *
   * @throws UserError when the file cannot be read any more
   */
  public float[] floats() {
    float[] values = new float[count()];
    read((i, value) -> values[i] = (float) value);
    return values;
  }

  /**
   * Returns the values as float64, row-major; integers are exact up to 2^53.
   *
   * @throws UserError when the file cannot be read any more
   */
  public double[] doubles() {
    double[] values = new double[count()];
    read((i, value) -> values[i] = value);
    return values;
  }

  private int count() {
    if (size() > Integer.MAX_VALUE - 8) {
      throw new UserError(
          "%s: the tensor %s has %d values, must have fewer than 2^31"
              .formatted(file, name, size()));
    }
    return (int) size();
  }

  @FunctionalInterface
  private interface Values {
    void set(int i, double value);
  }

  private void read(Values values) {
    try {
      if (isRowMajor()) {
        readRowMajor(values);
      } else {
        gather(values);
      }
    } catch (IOException e) {
      throw new UserError(
          "%s: cannot read the tensor %s: %s".formatted(file, name, e.getMessage()), e);
    }
  }

  private boolean isRowMajor() {
    long stride = 1;
    for (int axis = shape.size() - 1; axis >= 0; axis--) {
      if (shape.get(axis) != 1 && strides.get(axis) != stride) {
        return false;
      }
      stride *= shape.get(axis);
    }
    return true;
  }

  private void readRowMajor(Values values) throws IOException {
    int count = (int) size();
    if (count == 0) {
      return;
    }
    byte[] chunk = new byte[Math.min(CHUNK, Math.multiplyExact(count, type.bytes()))];
    ByteBuffer bytes = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
    try (InputStream in = storage.from(offset * type.bytes())) {
      for (int from = 0; from < count; from += chunk.length / type.bytes()) {
        int part = Math.min(count - from, chunk.length / type.bytes());
        if (in.readNBytes(chunk, 0, part * type.bytes()) < part * type.bytes()) {
          throw new EOFException("it is cut off");
        }
        for (int i = 0; i < part; i++) {
          values.set(from + i, type.value(bytes, i * type.bytes()));
        }
      }
    }
  }

  /** Reads the part of the storage that the view spans, and takes its values from there. */
  private void gather(Values values) throws IOException {
    int count = (int) size();
    if (count == 0) {
      return;
    }
    long span = (1 + last()) * type.bytes();
    if (span > Integer.MAX_VALUE - 8) {
      throw new IOException("its values lie more than 2^31 bytes apart");
    }
    ByteBuffer bytes;
    try (InputStream in = storage.from(offset * type.bytes())) {
      bytes = ByteBuffer.wrap(in.readNBytes((int) span)).order(ByteOrder.LITTLE_ENDIAN);
    }
    if (bytes.remaining() < span) {
      throw new EOFException("it is cut off");
    }
    long[] index = new long[shape.size()];
    long at = 0;
    for (int i = 0; i < count; i++) {
      values.set(i, type.value(bytes, (int) (at * type.bytes())));
      for (int axis = index.length - 1; axis >= 0; axis--) {
        at += strides.get(axis);
        if (++index[axis] < shape.get(axis)) {
          break;
        }
        at -= index[axis] * strides.get(axis);
        index[axis] = 0;
      }
    }
  }

  /** Returns the place of the last value behind the first. */
  private long last() {
    long last = 0;
    for (int axis = 0; axis < shape.size(); axis++) {
      last += (shape.get(axis) - 1) * strides.get(axis);
    }
    return last;
  }

  /**
   * Returns the number of values of a shape.
   *
   * @throws Refusal for a negative size and for 2^63 values or more
   */
  static long size(List<Long> shape) {
    if (shape.size() > MOST_AXES) {
      throw new Refusal(
          "has a tensor whose shape has %d axes, must have at most %d"
              .formatted(shape.size(), MOST_AXES));
    }
    long size = 1;
    for (long side : shape) {
      if (side < 0) {
        throw new Refusal(
            "has a tensor of the shape " + shape + ", whose sizes must not be negative");
      }
      try {
        size = Math.multiplyExact(size, Math.max(side, 1));
      } catch (ArithmeticException e) {
        throw new Refusal("has a tensor of the shape " + shape + ", which is too large", e);
      }
    }
    return shape.contains(0L) ? 0 : size;
  }

  /**
   * Rejects a view that leaves its storage, and one whose axes of stride 0 make it larger than its
   * file.
   *
   * @param stored values of the storage
   * @param fileSize in bytes
   */
  static void check(List<Long> shape, long offset, List<Long> strides, long stored, long fileSize) {
    long size = size(shape);
    if (shape.size() != strides.size()) {
      throw new Refusal(
          "has a tensor of the shape %s with %d strides".formatted(shape, strides.size()));
    }
    if (size > stored && size > fileSize) {
      throw new Refusal(
          "has a tensor of the shape %s, which has more values than the file has bytes, %d"
              .formatted(shape, fileSize));
    }
    try {
      long last = offset;
      boolean negative = offset < 0;
      for (int axis = 0; axis < shape.size(); axis++) {
        negative |= strides.get(axis) < 0;
        if (size > 0) {
          last = Math.addExact(last, Math.multiplyExact(shape.get(axis) - 1, strides.get(axis)));
        }
      }
      if (!negative && (size == 0 || last < stored)) {
        return;
      }
    } catch (ArithmeticException e) {
      // Further than any storage: refused below.
    }
    throw new Refusal(
        "has a tensor outside of its storage: shape %s, offset %d and strides %s in %d values"
            .formatted(shape, offset, strides, stored));
  }

  /** Returns the strides of values in row-major order. */
  static List<Long> rowMajor(List<Long> shape) {
    Long[] strides = new Long[shape.size()];
    long stride = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= Math.max(1, shape.get(axis));
    }
    return List.of(strides);
  }

  @Override
  public String toString() {
    return name + " " + type + " " + shownShape();
  }
}
