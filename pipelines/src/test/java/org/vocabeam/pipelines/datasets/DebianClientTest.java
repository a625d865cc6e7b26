package org.vocabeam.pipelines.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;

/** Against programs that behave as the Debian ones do, written as shell scripts. */
class DebianClientTest {
  private static final String UNPACKS =
      """
      [ "$1" = -x ] || exit 2
      mkdir -p "$3/usr/share/datasets/fashion-mnist"
      cd "$3/usr/share/datasets/fashion-mnist"
      for f in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do
        cat "$2" > $f-ubyte.gz
      done
      """;
  private static final String DOWNLOADS =
      """
      echo "$2 $3" >> ../calls
      echo archive > "$3"_1_all.deb
      """;

  /** Finds the package only after an update. */
  private static final String OUTDATED =
      """
      echo "$2 $3" >> ../calls
      case $2 in
        update) touch ../updated ;;
        download)
          if [ -f ../updated ]; then
            echo archive > "$3"_1_all.deb
          else
            echo "Reading package lists..."; echo "E: Unable to locate package $3" >&2; exit 100
          fi ;;
      esac
      """;

  @TempDir private Path folder;

  private Path script(String name, String body) throws IOException {
    Path script = folder.resolve(name);
    Files.writeString(script, "#!/bin/sh\nset -e\n" + body);
    assertTrue(script.toFile().setExecutable(true));
    return script;
  }

  private DebianClient client(String aptGet, String dpkgDeb, boolean mayUpdate) throws IOException {
    return new DebianClient(
        script("apt-get", aptGet).toString(), script("dpkg-deb", dpkgDeb).toString(), mayUpdate);
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(folder.resolve("calls"));
  }

  private Path data() {
    return folder.resolve("fashion-mnist");
  }

  private void assertFails(String message, DebianClient client) throws IOException {
    UserError error = assertThrows(UserError.class, () -> FashionMnist.fetch(data(), client));
    assertTrue(error.getMessage().startsWith(message), error.getMessage());
    assertTrue(
        error.getMessage().endsWith("t10k-labels-idx1-ubyte.gz into " + data()),
        error.getMessage());
    assertNothingLeft();
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          List.of(),
          files.map(Path::getFileName).filter(f -> f.toString().startsWith(".")).toList());
    }
  }

  @Test
  void getsTheFilesOnce() throws IOException {
    DebianClient client = client(DOWNLOADS, UNPACKS, false);
    FashionMnist.fetch(data(), client);
    for (String file : FashionMnist.FILES) {
      assertEquals("archive\n", Files.readString(data().resolve(file)));
    }
    FashionMnist.fetch(data(), client);
    assertEquals(List.of("download dataset-fashion-mnist"), calls());
    assertNothingLeft();
  }

  @Test
  void getsAllFilesAgainWhenOneIsMissing() throws IOException {
    DebianClient client = client(DOWNLOADS, UNPACKS, false);
    FashionMnist.fetch(data(), client);
    Files.delete(data().resolve(FashionMnist.FILES.get(2)));
    FashionMnist.fetch(data(), client);
    assertTrue(Files.exists(data().resolve(FashionMnist.FILES.get(2))));
    assertEquals(2, calls().size());
  }

  @Test
  void rootUpdatesWhenThePackageIsNotFound() throws IOException {
    FashionMnist.fetch(data(), client(OUTDATED, UNPACKS, true));
    assertEquals(
        List.of("download dataset-fashion-mnist", "update ", "download dataset-fashion-mnist"),
        calls());
  }

  @Test
  void othersAreToldToUpdate() throws IOException {
    assertFails(
        "apt-get does not find the package dataset-fashion-mnist: run 'apt-get update' as root",
        client(OUTDATED, UNPACKS, false));
    assertEquals(List.of("download dataset-fashion-mnist"), calls());
  }

  @Test
  void otherFailuresOfTheDownloadAreTold() throws IOException {
    assertFails(
        "Cannot download dataset-fashion-mnist: E: No space left; put ",
        client("echo 'E: No space left' >&2; echo more; exit 100", UNPACKS, true));
  }

  @Test
  void aBrokenArchiveIsTold() throws IOException {
    assertFails(
        "Cannot unpack dataset-fashion-mnist: not a Debian archive; put ",
        client(DOWNLOADS, "echo 'not a Debian archive' >&2; exit 2", true));
    assertTrue(Files.notExists(data()));
  }

  @Test
  void anotherSystemIsToldWhatToDoByHand() throws IOException {
    assertFails(
        "Cannot run " + folder.resolve("none") + " (not a Debian machine?); put ",
        new DebianClient(folder.resolve("none").toString(), "dpkg-deb", true));
  }
}
