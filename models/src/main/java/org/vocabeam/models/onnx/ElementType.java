package org.vocabeam.models.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import org.tensorflow.proto.DataType;
import org.vocabeam.models.UserError;

/** Type of the elements of a tensor, in TensorFlow and in ONNX. */
enum ElementType {
  FLOAT(DataType.DT_FLOAT, TensorProto.DataType.FLOAT, Float.BYTES),
  UINT8(DataType.DT_UINT8, TensorProto.DataType.UINT8, 1),
  INT32(DataType.DT_INT32, TensorProto.DataType.INT32, Integer.BYTES),
  INT64(DataType.DT_INT64, TensorProto.DataType.INT64, Long.BYTES),
  BOOL(DataType.DT_BOOL, TensorProto.DataType.BOOL, 1);

  private final DataType tensorFlow;
  private final TensorProto.DataType onnx;
  private final int bytes;

  ElementType(DataType tensorFlow, TensorProto.DataType onnx, int bytes) {
    this.tensorFlow = tensorFlow;
    this.onnx = onnx;
    this.bytes = bytes;
  }

  static ElementType of(DataType type) {
    return Arrays.stream(values())
        .filter(known -> known.tensorFlow == type)
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "ONNX: the network has tensors of "
                        + type
                        + ", must be of "
                        + Arrays.toString(values())));
  }

  TensorProto.DataType onnx() {
    return onnx;
  }

  /** Returns the bytes of an element. */
  int bytes() {
    return bytes;
  }
}
