package org.vocabeam.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Place and data of the parts of the benchmark.
 *
 * @param directory empty at first; for synthetic images and what is made of them
 * @param images of a synthetic data set
 * @param commands runs a command of the launcher in this JVM, where the user wants pipelines to run
 */
public record Workshop(Path directory, int images, Consumer<List<String>> commands) {
  /** Enough for a batch of any workload, and done in no time: what is left is start-up. */
  static final int FEW = 64;

  /** Synthetic photos, at most. */
  private static final int PHOTOS = 1000;

  /**
   * Runs a command.
   *
   * @return the seconds that it took
   */
  double seconds(String... command) {
    long start = System.nanoTime();
    commands.accept(List.of(command));
    return (System.nanoTime() - start) / 1e9;
  }

  /** Returns a folder of photos: the one that is given, or one of synthetic photos. */
  Path photoFiles(@Nullable Path folder) {
    return folder == null
        ? SyntheticImages.photos(directory.resolve("synthetic-photos"), Math.min(images, PHOTOS))
        : folder;
  }

  /** Returns a new images store of the photos of a folder, or of synthetic ones. */
  Path photos(@Nullable Path folder) {
    Path output = directory.resolve("photo-stores");
    commands.accept(List.of("ingest", "--input=" + photoFiles(folder), "--output=" + output));
    return output.resolve("images");
  }

  /** A new images store of grey IDX images, or the one that was made before. */
  Path store(int count, int side) {
    String name = "idx-" + side + "-" + count;
    Path input = SyntheticImages.idx(directory.resolve(name), count, side);
    Path output = directory.resolve(name + "-stores");
    commands.accept(List.of("ingest", "--input=" + input, "--output=" + output));
    return output.resolve("images");
  }
}
