package org.vocabeam.models.program;

import com.sun.jna.NativeLibrary;
import java.nio.file.Path;
import org.vocabeam.models.UserError;
import org.vocabeam.models.graph.TensorFlowNative;

/**
 * Kernels for GPUs whose sums are always added in the same order, so that two runs on the same kind
 * of GPU give the same bytes. TensorFlow decides for a whole process, and keeps what it has tuned
 * before: so a process that asks for it does so before its first program on a GPU, and stays so. On
 * a CPU programs are deterministic anyway.
 *
 * <p>TensorFlow's C interface does not have this switch, and its environment variable is read too
 * early for a worker; the C++ function of version 2.18 is called.
 */
public final class Determinism {
  private static final String LIBRARY = "libtensorflow_framework.so.2";
  private static final String SWITCH = "_ZN3tsl19EnableOpDeterminismEb";
  private static final String STATE = "_ZN3tsl21OpDeterminismRequiredEv";

  private static boolean required;
  private static boolean begunWithout;

  private Determinism() {}

  /**
   * Requires deterministic kernels from all programs that this process runs on a GPU.
   *
   * @throws UserError when it has run one without
   */
  public static synchronized void require() {
    if (begunWithout) {
      throw new UserError(
          "this process has computed on a GPU without being deterministic, and cannot become so;"
              + " start the workers anew");
    }
    required = true;
  }

  /** Prepares the process for a program on a GPU. */
  static synchronized void beginOnGpu() {
    if (required) {
      enable(true);
    } else {
      begunWithout = true;
    }
  }

  static void enable(boolean enabled) {
    library().getFunction(SWITCH).invokeVoid(new Object[] {enabled ? 1 : 0});
  }

  static boolean isEnabled() {
    // A C++ bool is the lowest byte of the result.
    return (library().getFunction(STATE).invokeInt(new Object[0]) & 0xff) != 0;
  }

  private static NativeLibrary library() {
    return NativeLibrary.getInstance(Path.of(TensorFlowNative.directory(), LIBRARY).toString());
  }
}
