package org.vocabeam.models.program;

import static com.google.common.base.Preconditions.checkArgument;

import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphDef;

/**
 * Device that a program runs on.
 *
 * @param gpu TensorFlow's index of the GPU; -1 for the CPU
 * @param inCaller true if the calling thread runs the operations one after the other, instead of
 *     passing them to a pool of threads; each may use several threads all the same
 */
record Placement(int gpu, boolean inCaller) {
  static final Placement CPU = new Placement(-1, false);

  /** The CPU, in the calling thread. A step of a linear probe takes a fifth less CPU time so. */
  static final Placement CALLER = new Placement(-1, true);

  static Placement gpu(int index) {
    checkArgument(index >= 0, "index of a GPU is %s, must be at least 0", index);
    return new Placement(index, false);
  }

  boolean isGpu() {
    return gpu >= 0;
  }

  /**
   * Returns the graph with its operations on the GPU; for the CPU, the graph as it is.
   *
   * <p>The session's list of visible devices would not do: TensorFlow numbers the GPUs once for a
   * process, and refuses a second session that would number them otherwise.
   */
  GraphDef place(GraphDef graph) {
    if (!isGpu()) {
      return graph;
    }
    GraphDef.Builder placed = graph.toBuilder();
    placed.getNodeBuilderList().forEach(node -> node.setDevice("/device:GPU:" + gpu));
    return placed.build();
  }

  /** Returns the configuration of a session. */
  ConfigProto session() {
    return isGpu()
        ? ConfigProto.newBuilder()
            // Operations without a kernel for GPUs, such as JPEG and text, go to the CPU.
            .setAllowSoftPlacement(true)
            .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
            .build()
        : ConfigProto.newBuilder()
            .putDeviceCount("GPU", 0)
            .setInterOpParallelismThreads(inCaller ? -1 : 0)
            .build();
  }
}
