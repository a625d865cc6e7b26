package org.vocabeam.models.onnx;

import static com.google.common.base.Preconditions.checkArgument;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.common.primitives.Longs;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.tensorflow.types.family.TType;

/**
 * A tensor whose values do not depend on the graph's inputs.
 *
 * @param type of an element
 * @param shape empty for a scalar
 * @param values row-major, little-endian
 */
record Constant(ElementType type, long[] shape, ByteString values) {

  /** Copies a tensor. */
  static Constant of(TType tensor) {
    byte[] bytes = new byte[Math.toIntExact(tensor.numBytes())];
    tensor.asRawTensor().data().read(bytes);
    return new Constant(
        ElementType.of(tensor.dataType()), tensor.shape().asArray(), ByteString.copyFrom(bytes));
  }

  /** Makes a list of integers, {@code [n]}. */
  static Constant of(long... values) {
    ByteBuffer bytes = little(Long.BYTES * values.length);
    bytes.asLongBuffer().put(values);
    return new Constant(ElementType.INT64, new long[] {values.length}, ByteString.copyFrom(bytes));
  }

  /** Makes an integer. */
  static Constant scalar(long value) {
    return of(value).reshaped();
  }

  /** Makes a number. */
  static Constant scalar(float value) {
    return of(new float[] {value}).reshaped();
  }

  /** Makes a list of numbers, {@code [n]}. */
  static Constant of(float[] values) {
    ByteBuffer bytes = little(Float.BYTES * values.length);
    bytes.asFloatBuffer().put(values);
    return new Constant(ElementType.FLOAT, new long[] {values.length}, ByteString.copyFrom(bytes));
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer buffer() {
    return values.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  int rank() {
    return shape.length;
  }

  /** Returns the number of elements. */
  int count() {
    return values.size() / type.bytes();
  }

  /** Returns the elements of a tensor of integers. */
  long[] integers() {
    checkArgument(
        type == ElementType.INT32 || type == ElementType.INT64, "%s are no integers", type);
    return IntStream.range(0, count())
        .mapToLong(
            i ->
                type == ElementType.INT32
                    ? buffer().getInt(i * Integer.BYTES)
                    : buffer().getLong(i * Long.BYTES))
        .toArray();
  }

  /** Returns the only element of a tensor of float32; another one has none. */
  float number() {
    checkArgument(type == ElementType.FLOAT && count() == 1, "%s is no number", this);
    return buffer().getFloat();
  }

  /** Returns the same values in another shape of as many elements. */
  Constant reshaped(long... to) {
    return new Constant(type, to, values);
  }

  /**
   * Returns the tensor with other axes.
   *
   * @param axes of this tensor, in the order of the result's
   */
  Constant permuted(int... axes) {
    int rank = rank();
    long[] strides = new long[rank];
    long stride = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    long[] to = Arrays.stream(axes).mapToLong(axis -> shape[axis]).toArray();
    ByteBuffer from = buffer();
    ByteBuffer permuted = little(values.size());
    byte[] element = new byte[type.bytes()];
    int[] place = new int[rank];
    for (int i = 0; i < count(); i++) {
      int at = 0;
      for (int axis = 0; axis < rank; axis++) {
        at += Math.toIntExact(place[axis] * strides[axes[axis]]);
      }
      from.position(at * element.length).get(element);
      permuted.put(element);
      for (int axis = rank - 1; axis >= 0 && ++place[axis] == to[axis]; axis--) {
        place[axis] = 0;
      }
    }
    return new Constant(type, to, ByteString.copyFrom(permuted.flip()));
  }

  TensorProto named(String name) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(type.onnx().getNumber())
        .addAllDims(Longs.asList(shape))
        .setRawData(values)
        .build();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Constant that
        && type == that.type
        && Arrays.equals(shape, that.shape)
        && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + values.hashCode();
  }
}
