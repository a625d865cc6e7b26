package org.vocabeam.models.graph;

import java.io.File;
import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.vocabeam.models.UserError;

/**
 * Native library of TensorFlow. JavaCPP unpacks it from the class path and DJL is pointed to that
 * copy, so that nothing is downloaded at run time and both see the same library. Its log goes to
 * the file of the system property {@code vocabeam.native.log}, if that is set.
 */
public final class TensorFlowNative {
  private static final String LIBRARY_PATH = "TENSORFLOW_LIBRARY_PATH";

  /**
   * oneDNN's kernels for CPUs, which TensorFlow takes by itself only where a CPU has instructions
   * for neural networks (AVX-512 VNNI and later). A step of the small preset costs two thirds of
   * the CPU time with them on a CPU with AVX2.
   */
  static final String ONEDNN = "TF_ENABLE_ONEDNN_OPTS";

  private TensorFlowNative() {}

  /**
   * Loads the library once per JVM; later calls return at once.
   *
   * @throws UserError on another platform
   */
  public static void load() {
    Loaded.touch();
  }

  /** Returns the folder of the unpacked libraries, after it has loaded them. */
  public static String directory() {
    load();
    return System.getProperty(LIBRARY_PATH);
  }

  private static final class Loaded {
    static {
      NativeLog.start();
      NativeEnvironment.setDefault(ONEDNN, "1");
      try {
        CudaLibraries.load();
        String library = Loader.load(org.tensorflow.internal.c_api.global.tensorflow.class);
        if (System.getProperty(LIBRARY_PATH) == null) {
          System.setProperty(LIBRARY_PATH, new File(library).getParent());
        }
      } catch (IOException e) {
        throw new UserError(
            "CUDA's libraries cannot be unpacked ("
                + e.getMessage()
                + "); make room in "
                + System.getProperty("org.bytedeco.javacpp.cachedir", "~/.javacpp/cache"),
            e);
      } catch (UnsatisfiedLinkError e) {
        throw new UserError(
            "TensorFlow's native library does not load on "
                + System.getProperty("os.name")
                + "-"
                + System.getProperty("os.arch")
                + ", must be linux-x86_64 with glibc",
            e);
      }
    }

    private static void touch() {}
  }
}
