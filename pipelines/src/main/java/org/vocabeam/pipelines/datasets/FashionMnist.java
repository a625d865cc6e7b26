package org.vocabeam.pipelines.datasets;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of clothing, 28x28 grey, ten balanced
 * classes (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747; Expat licence). Four gzipped IDX files
 * from the Debian package {@code dataset-fashion-mnist}.
 */
public final class FashionMnist {
  /** The four files, as the authors and the package name them. */
  public static final List<String> FILES =
      List.of(
          "train-images-idx3-ubyte.gz",
          "train-labels-idx1-ubyte.gz",
          "t10k-images-idx3-ubyte.gz",
          "t10k-labels-idx1-ubyte.gz");

  private static final String PACKAGE = "dataset-fashion-mnist";
  private static final String IN_PACKAGE = "usr/share/datasets/fashion-mnist";

  private FashionMnist() {}

  /**
   * Puts the four files into {@code folder} unless they are there: 31 MB from the Debian archive.
   * Each file appears at once, so a killed download leaves nothing behind that looks complete.
   *
   * @throws org.vocabeam.models.UserError when the package cannot be had
   */
  public static void fetch(Path folder) {
    fetch(folder, DebianClient.ofThisMachine());
  }

  static void fetch(Path folder, DebianClient client) {
    if (FILES.stream().allMatch(file -> Files.isRegularFile(folder.resolve(file)))) {
      return;
    }
    String byHand = "put " + String.join(", ", FILES) + " into " + folder.toAbsolutePath();
    client.unpack(
        PACKAGE,
        folder,
        byHand,
        root -> {
          Files.createDirectories(folder);
          for (String file : FILES) {
            Files.move(
                root.resolve(IN_PACKAGE).resolve(file),
                folder.resolve(file),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
          }
        });
  }
}
