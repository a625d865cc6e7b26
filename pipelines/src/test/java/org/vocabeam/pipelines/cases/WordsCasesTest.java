package org.vocabeam.pipelines.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.FileTree;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.lock.DirectoryLock;

/** Wrong paths and values, which are answered in words and not in Java. */
class WordsCasesTest {
  @TempDir private static Path directory;
  private static Path images;
  private static Path folder;

  @BeforeAll
  static void images() throws IOException {
    images = SmallStore.of(directory, 12, 6);
    folder = directory.resolve("folder");
  }

  private static Printed ingest(Object input, Object output, String... more) {
    return command(
        "ingest", "--runner=DirectRunner", "--input=" + input, "--output=" + output, more);
  }

  private static Printed command(
      String name, String first, String second, String third, String... more) {
    List<String> arguments = new ArrayList<>(List.of(name, first, second, third));
    arguments.addAll(List.of(more));
    return Printed.by(arguments);
  }

  private static Printed pretrain(String... more) {
    return command(
        "pretrain",
        "--images=" + images,
        "--output=" + directory.resolve("run"),
        "--printRecipe",
        more);
  }

  /** optimizer-name. */
  @Test
  void namesOfValues() {
    pretrain("--optimizer=adam")
        .assertRefused(
            "--optimizer is adam, must be sgd, sgd-nesterov, lars or adamw; did you mean adamw?");
    pretrain("--optimizer=SGD")
        .assertRefused(
            "--optimizer is SGD, must be sgd, sgd-nesterov, lars or adamw; did you mean sgd?");
    pretrain("--optimizer=rmsprop")
        .assertRefused("--optimizer is rmsprop, must be sgd, sgd-nesterov, lars or adamw");
    String method = pretrain("--method=simclrr").line();
    assertTrue(method.contains("; did you mean simclr?"), method);
    String split = pretrain("--split=tran").line();
    assertTrue(split.startsWith("split is tran, must be one of test, train or all"), split);
    assertTrue(split.contains("; did you mean train?"), split);
    String precision = pretrain("--precision=bfloat").line();
    assertTrue(precision.contains("bfloat16"), precision);
    String colour = ingest(folder, directory.resolve("no"), "--colour=gray").line();
    assertTrue(colour.contains("must be keep, grey or rgb; did you mean grey?"), colour);
    Printed.by(
            "finetune", "--images=" + images, "--output=" + directory.resolve("no"), "--trained=al")
        .assertRefused("--trained is al, must be all or head (see 'vocabeam finetune --help')");
    Printed.by("pretrain", "--image=" + images)
        .assertRefused(
            "Unknown option --image; did you mean --images? (see 'vocabeam pretrain --help')");
  }

  /** output-inside-input. */
  @Test
  void anOutputInsideOfTheInput() throws IOException {
    Path out = folder.resolve("out");
    String line =
        String.format(
            "--output is %s, inside of --input, which is %s; give a place outside of it"
                + " (see 'vocabeam ingest --help')",
            out, folder);
    ingest(folder, out).assertRefused(line);
    ingest(folder, out, "--grow").assertRefused(line);
    assertFalse(Files.exists(out));
    // By another name of the same place.
    Path link = Files.createSymbolicLink(directory.resolve("link"), folder);
    ingest(folder + "/", link.resolve("x/../out"))
        .assertRefused(
            String.format(
                "--output is %s, inside of --input, which is %s/; give a place outside of it"
                    + " (see 'vocabeam ingest --help')",
                link.resolve("x/../out"), folder));
    // A name that begins like the input's is another place.
    assertEquals(0, ingest(folder, folder + "-out").status());
    assertEquals(0, ingest(folder, folder + "-out").status());
    Printed.by("embed", "--images=" + images, "--checkpoint=c", "--output=" + images + "/e")
        .assertRefused(
            String.format(
                "--output is %s/e, inside of --images, which is %s; give a place outside of it"
                    + " (see 'vocabeam embed --help')",
                images, images));
    Printed.by("retrain", "--input=" + folder, "--registry=" + out, "--batchSize=8")
        .assertRefused(
            String.format(
                "--registry is %s, inside of --input, which is %s; give a place outside of it"
                    + " (see 'vocabeam retrain --help')",
                out, folder));
  }

  @Test
  void anOutputThatIsTheInput() throws IOException {
    var before = FileTree.times(images);
    for (String command : List.of("augment", "pretrain", "finetune")) {
      Printed.by(command, "--images=" + images, "--output=" + images + "/.")
          .assertRefused(
              String.format(
                  "--output is %s/., which is --images too; give another place"
                      + " (see 'vocabeam %s --help')",
                  images, command));
    }
    // The store that is read would be replaced by what is made of it.
    ingest(images, directory, "--overwrite")
        .assertFailed(
            String.format(
                "--input is %s, which --output=%s would replace; give another --output",
                images, directory));
    assertEquals(before, FileTree.times(images));
  }

  /** output-is-a-file. */
  @Test
  void anOutputThatIsAFile() throws IOException {
    Path file = Files.writeString(directory.resolve("afile"), "mine");
    for (Path output : List.of(file, file.resolve("deeper"), file.resolve("deeper/still"))) {
      ingest(folder, output)
          .assertFailed(
              String.format(
                  "cannot write %s: %s is a file, must be a directory; give another place",
                  output, file));
    }
    for (String command : List.of("pretrain", "augment", "finetune")) {
      Printed.by(command, "--images=" + images, "--output=" + file)
          .assertFailed(
              String.format(
                  "cannot write %s: %s is a file, must be a directory; give another place",
                  file, file));
    }
    assertEquals("mine", Files.readString(file));
    Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), Path.of("nowhere"));
    String line = ingest(folder, dangling.resolve("out")).line();
    assertTrue(line.startsWith("cannot write " + dangling), line);
  }

  /** readonly-output, where not even root can write. */
  @Test
  void anOutputThatCannotBeWritten() {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")));
    for (String output : List.of("/proc/o", "/proc/self/o/p")) {
      String line = ingest(folder, output).line();
      assertTrue(line.startsWith("cannot write " + output), line);
    }
    String longest = directory.resolve("n".repeat(300)).toString();
    String line = ingest(folder, longest).line();
    assertTrue(line.contains("ame too long"), line);
  }

  @Test
  void anOutputWithoutPermission() throws IOException {
    assumeFalse(System.getProperty("user.name").equals("root"), "root may write everywhere");
    Path closed = Files.createDirectory(directory.resolve("ro"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
    String line = ingest(folder, closed.resolve("o")).line();
    assertTrue(line.startsWith("cannot write " + closed.resolve("o")), line);
    assertTrue(line.contains(": permission denied; "), line);
  }

  @Test
  void valuesThatAreMissing() {
    ingest("", directory.resolve("no"))
        .assertRefused(
            "--input is empty, must be a path, or s3://BUCKET/PATH (see 'vocabeam ingest --help')");
    ingest(folder, "")
        .assertRefused(
            "--output is empty, must be a directory, or s3://BUCKET/PATH"
                + " (see 'vocabeam ingest --help')");
    pretrain("--rounds=")
        .assertRefused(
            "--rounds is empty, must be a whole number (see 'vocabeam pretrain --help')");
    Printed.by("inspect", "").line();
    Printed.by("inspect", "--sheet=", images.toString())
        .assertRefused("--sheet is empty, must be a file (see 'vocabeam inspect --help')");
  }

  @Test
  void numbers() {
    pretrain("--rounds=many")
        .assertRefused("--rounds is many, must be a whole number (see 'vocabeam pretrain --help')");
    pretrain("--batchSize=99999999999")
        .assertRefused(
            "--batchSize is 99999999999, must be a whole number of at most 2147483647"
                + " (see 'vocabeam pretrain --help')");
    pretrain("--learningRate=NaN")
        .assertRefused(
            "--learningRate is NaN, must be a number of at most 3.4e38 (see 'vocabeam pretrain --help')");
    pretrain("--rounds=1.5")
        .assertRefused("--rounds is 1.5, must be a whole number (see 'vocabeam pretrain --help')");
    pretrain("--deterministic=maybe")
        .assertRefused(
            "--deterministic is maybe, must be true or false, or left out"
                + " (see 'vocabeam pretrain --help')");
    String shards = ingest(folder, directory.resolve("no"), "--shards=-1").line();
    assertEquals("shards: -1, must be 1 to 99999; 128 MB a shard is usual (see --shards)", shards);
  }

  @Test
  void anotherProcessOnTheSameOutput() throws IOException {
    Path output = directory.resolve("locked");
    try (DirectoryLock lock = DirectoryLock.ofOutput(output.toString(), "embed", line -> {})) {
      String line = ingest(folder, output).line();
      assertTrue(line.startsWith(output + " is locked by 'embed', process "), line);
      assertTrue(line.contains("; wait for its end, or if that process is no more, remove "), line);
      // What writes nothing needs no lock.
      assertEquals(
          0,
          Printed.by("pretrain", "--images=" + images, "--output=" + output, "--printRecipe")
              .status());
    }
    assertEquals(0, ingest(folder, output).status());
    assertFalse(Files.exists(output.resolve("lock")));
  }

  @Test
  void whatIsNoCheckpoint() throws IOException {
    Path nothing = directory.resolve("nothing");
    for (Object checkpoint : List.of(nothing, folder, images, directory)) {
      Printed embed =
          Printed.by(
              "embed",
              "--images=" + images,
              "--checkpoint=" + checkpoint,
              "--output=" + directory.resolve("embeddings"));
      assertEquals(1, embed.status());
      assertTrue(embed.line().startsWith(checkpoint.toString()), embed.line());
    }
    assertFalse(Files.exists(directory.resolve("embeddings")));
  }

  @Test
  void markersThatAreDamaged() throws IOException {
    Path store = directory.resolve("damaged");
    Files.createDirectories(store);
    Files.copy(images.resolve("statistics.json"), store.resolve("statistics.json"));
    for (String marker :
        List.of("null", "{}", "[]", "7", "{\"store\":\"images\"}", "{ half", "\0")) {
      Files.writeString(store.resolve("_SUCCESS"), marker);
      for (String[] command :
          new String[][] {
            {"inspect", store.toString()},
            {"pretrain", "--images=" + store, "--output=" + directory.resolve("no")},
          }) {
        Printed executed = Printed.by(command);
        assertEquals(1, executed.status(), marker);
        assertTrue(executed.line().startsWith(store.toString()), marker + ": " + executed.line());
      }
    }
    for (String statistics : List.of("null", "{}", "[]", "", "{\"images\":1}")) {
      Files.writeString(store.resolve("statistics.json"), statistics);
      Printed executed =
          Printed.by("pretrain", "--images=" + store, "--output=" + directory.resolve("no"));
      assertEquals(1, executed.status(), statistics);
      assertTrue(executed.line().contains(store.toString()), executed.line());
    }
  }

  @Test
  void aDamagedFileIsNamedByEveryRunner() throws IOException {
    Path store = directory.resolve("cut");
    FileTree.copy(images, store);
    Path part;
    try (var files = Files.list(store)) {
      part =
          files.filter(f -> f.toString().endsWith(".parquet")).sorted().findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(part);
    for (int i = 4; i < 400; i++) {
      bytes[i] ^= 0x55;
    }
    Files.write(part, bytes);
    for (String runner : List.of("DirectRunner", "FlinkRunner")) {
      Printed executed =
          Printed.by(
              "ingest",
              "--runner=" + runner,
              "--input=" + store,
              "--output=" + directory.resolve("again-" + runner));
      assertEquals(1, executed.status());
      assertTrue(executed.line().contains(part.getFileName().toString()), executed.line());
      assertTrue(executed.line().contains("damaged"), executed.line());
    }
  }
}
