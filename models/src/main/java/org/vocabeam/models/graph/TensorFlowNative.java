package org.vocabeam.models.graph;

import java.io.File;
import org.bytedeco.javacpp.Loader;
import org.vocabeam.models.UserError;

/**
 * Native library of TensorFlow. JavaCPP unpacks it from the class path and DJL is pointed to that
 * copy, so that nothing is downloaded at run time and both see the same library. Its log goes to
 * the file of the system property {@code vocabeam.native.log}, if that is set.
 */
public final class TensorFlowNative {
  private static final String LIBRARY_PATH = "TENSORFLOW_LIBRARY_PATH";

  private TensorFlowNative() {}

  /**
   * Loads the library once per JVM; later calls return at once.
   *
   * @throws UserError on another platform
   */
  public static void load() {
    Loaded.touch();
  }

  private static final class Loaded {
    static {
      NativeLog.start();
      try {
        String library = Loader.load(org.tensorflow.internal.c_api.global.tensorflow.class);
        if (System.getProperty(LIBRARY_PATH) == null) {
          System.setProperty(LIBRARY_PATH, new File(library).getParent());
        }
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
