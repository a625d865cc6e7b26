package org.vocabeam.models.graph;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * CUDA and cuDNN from the class path, where a build by the profile {@code gpu} has put them.
 * TensorFlow opens them by name, and gets those that the process has loaded already; so they are
 * loaded by their full paths before it, and no path of libraries has to be set.
 */
final class CudaLibraries {
  private static final String FOLDER = "/org/bytedeco/cuda/linux-x86_64/";

  /** Each behind those that it needs. */
  private static final List<String> NAMES =
      List.of(
          "libcudart.so.12",
          "libnvrtc-builtins.so.12.6",
          "libnvrtc.so.12",
          "libnvJitLink.so.12",
          "libcublasLt.so.12",
          "libcublas.so.12",
          "libcufft.so.11",
          "libcusparse.so.12",
          "libcusolver.so.11",
          "libcudnn.so.9",
          "libcudnn_graph.so.9",
          "libcudnn_ops.so.9",
          "libcudnn_cnn.so.9",
          "libcudnn_adv.so.9",
          "libcudnn_heuristic.so.9",
          "libcudnn_engines_precompiled.so.9",
          "libcudnn_engines_runtime_compiled.so.9");

  /** Device file of NVIDIA's driver, in every system and container with a GPU. */
  private static final Path DRIVER = Path.of("/dev/nvidiactl");

  private CudaLibraries() {}

  /** Loads the libraries, if they are on the class path and the machine has a driver for them. */
  static void load() throws IOException {
    if (Files.exists(DRIVER) && CudaLibraries.class.getResource(FOLDER + NAMES.get(0)) != null) {
      loadAll();
    }
  }

  private static void loadAll() throws IOException {
    for (String name : NAMES) {
      File library = Loader.cacheResource(CudaLibraries.class, FOLDER + name);
      if (library == null) {
        throw new IOException("CUDA on the class path has no " + name);
      }
      System.load(library.getAbsolutePath());
    }
  }

  /** Loads the libraries, to try them where there is no driver. */
  public static void main(String[] arguments) throws IOException {
    loadAll();
  }
}
