package org.vocabeam.pipelines.datasets;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.vocabeam.models.UserError;

/**
 * Gets the files of a Debian package with the ordinary client, without installing it: {@code
 * apt-get download NAME}, then {@code dpkg-deb -x}.
 *
 * @param aptGet the program that downloads
 * @param dpkgDeb the program that unpacks
 * @param mayUpdate whether {@code apt-get update} may be run when the package is not found; only
 *     root can
 */
record DebianClient(String aptGet, String dpkgDeb, boolean mayUpdate) {
  private static final Pattern NOT_FOUND =
      Pattern.compile("Unable to locate package|Can't find a source|No packages found|404");
  private static final long MINUTES = 15;

  static DebianClient ofThisMachine() {
    return new DebianClient("apt-get", "dpkg-deb", isRoot());
  }

  /** Use of the files of an unpacked package, whose folder is deleted afterwards. */
  interface Unpacked {
    void accept(Path root) throws IOException;
  }

  /**
   * Downloads {@code packageName}, unpacks it beside {@code target} (on the same file system, so
   * that files can be moved at once) and hands its root folder to {@code use}.
   *
   * @throws UserError when it cannot be had; {@code byHand} ends the message: what to do instead
   */
  void unpack(String packageName, Path target, String byHand, Unpacked use) {
    Path work = null;
    try {
      Path parent = target.toAbsolutePath().getParent();
      Files.createDirectories(parent);
      work = Files.createTempDirectory(parent, ".download-");
      download(packageName, work, byHand);
      Path archive;
      try (Stream<Path> files = Files.list(work)) {
        archive =
            files
                .filter(file -> file.getFileName().toString().endsWith(".deb"))
                .findFirst()
                .orElseThrow(() -> new UserError(aptGet + " left no file; " + byHand));
      }
      Path root = Files.createDirectory(work.resolve("root"));
      Finished unpacked = run(work, byHand, dpkgDeb, "-x", archive.toString(), root.toString());
      if (unpacked.status != 0) {
        throw new UserError("Cannot unpack " + packageName + ": " + unpacked.why() + "; " + byHand);
      }
      use.accept(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (work != null) {
        delete(work);
      }
    }
  }

  private void download(String packageName, Path work, String byHand) throws IOException {
    Finished download = run(work, byHand, aptGet, "-q", "download", packageName);
    if (download.status != 0 && NOT_FOUND.matcher(download.output).find()) {
      if (!mayUpdate) {
        throw new UserError(
            "apt-get does not find the package "
                + packageName
                + ": run 'apt-get update' as root and try again, or "
                + byHand);
      }
      Finished update = run(work, byHand, aptGet, "-q", "update");
      if (update.status != 0) {
        throw new UserError("apt-get update failed: " + update.why() + "; " + byHand);
      }
      download = run(work, byHand, aptGet, "-q", "download", packageName);
    }
    if (download.status != 0) {
      throw new UserError("Cannot download " + packageName + ": " + download.why() + "; " + byHand);
    }
  }

  private record Finished(int status, String output) {
    /** The client's own error line, else its last. */
    String why() {
      List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
      return lines.stream()
          .filter(line -> line.startsWith("E: "))
          .findFirst()
          .orElse(lines.isEmpty() ? "status " + status : lines.get(lines.size() - 1));
    }
  }

  private static Finished run(Path folder, String byHand, String... command) throws IOException {
    // To a file, because a full pipe would stop the program.
    Path output = Files.createTempFile(folder, "output-", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(output.toFile());
    builder.environment().put("LC_ALL", "C");
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UserError("Cannot run " + command[0] + " (not a Debian machine?); " + byHand, e);
    }
    try {
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        throw new UserError(
            String.join(" ", command) + " took more than " + MINUTES + " minutes; " + byHand);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("Interrupted while running " + command[0], e);
    } finally {
      process.destroy();
    }
    return new Finished(process.exitValue(), Files.readString(output));
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException | UnsupportedOperationException e) {
      return false; // not Linux, so no apt-get either
    }
  }

  private static void delete(Path folder) {
    try {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
