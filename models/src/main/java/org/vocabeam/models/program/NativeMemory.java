package org.vocabeam.models.program;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.proto.DataType;
import org.vocabeam.models.graph.TensorFlowNative;

/**
 * Bytes in TensorFlow's memory, zero at first. A JVM's limit of direct memory, which is small in a
 * Flink TaskManager, does not hold for them. Closing frees them; otherwise the garbage collector
 * does.
 *
 * <pre>{@code
 * try (NativeMemory memory = new NativeMemory(1 << 20)) {
 *   memory.bytes().put(0, (byte) 1);
 * }
 * }</pre>
 */
public final class NativeMemory implements AutoCloseable {
  private final TF_Tensor tensor;
  private final ByteBuffer bytes;

  /**
   * Takes memory.
   *
   * @param size in bytes, positive
   */
  public NativeMemory(int size) {
    TensorFlowNative.load();
    tensor = TF_Tensor.allocateTensor(DataType.DT_UINT8_VALUE, new long[] {size}, size);
    Pointer data = TF_TensorData(tensor).capacity(size);
    bytes = Pointer.memset(data, 0, size).capacity(size).asByteBuffer();
  }

  /** Returns the bytes, to be used as long as this memory is reachable and not closed. */
  public ByteBuffer bytes() {
    return bytes;
  }

  @Override
  public void close() {
    tensor.close();
  }
}
