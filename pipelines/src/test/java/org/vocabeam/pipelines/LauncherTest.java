package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.transforms.statistics.ImageStatistics;

/** The launcher itself, from a folder that is not the project's. */
@Tag("slow")
class LauncherTest {
  private static final Path LAUNCHER = Path.of("../vocabeam").toAbsolutePath().normalize();

  @TempDir private Path folder;
  private Process process;
  private List<ProcessHandle> children = List.of();

  private void start(Map<String, String> environment, String... arguments) throws IOException {
    run(LAUNCHER, environment, arguments);
  }

  private void run(Path launcher, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile());
    builder.environment().remove("MALLOC_ARENA_MAX"); // what the launcher sets
    builder.environment().putAll(environment);
    process = builder.start();
  }

  private int status() throws InterruptedException {
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), "does not end");
    return process.exitValue();
  }

  private String out() throws IOException {
    return Files.readString(folder.resolve("out"));
  }

  private String err() throws IOException {
    return Files.readString(folder.resolve("err"));
  }

  @AfterEach
  void end() {
    children.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Test
  void runsCommands() throws Exception {
    start(Map.of(), "help");
    assertEquals(0, status(), err());
    assertTrue(out().startsWith("Usage: vocabeam "), out());
    assertEquals("", err());
  }

  @Test
  void handsOnTheStatus() throws Exception {
    start(Map.of(), "demo", "--dta=x");
    assertEquals(2, status());
    assertEquals(
        "Unknown option --dta; did you mean --data? (see 'vocabeam demo --help')\n", err());
  }

  /** The case locale-C: names that are no ASCII, where the terminal has no UTF-8. */
  @Test
  void readsNamesUnderEveryLocale() throws Exception {
    for (String name : List.of("café/ü 1.png", "emoji😀/1.png", "日本/1.png", "plain/1.png")) {
      Path file = folder.resolve("in").resolve(name);
      Files.createDirectories(file.getParent());
      ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    }
    for (String locale : List.of("C", "POSIX", "de_DE.ISO-8859-1", "nowhere")) {
      start(
          Map.of("LC_ALL", locale, "LANG", locale),
          "ingest",
          "--runner=DirectRunner",
          "--input=in",
          "--output=" + locale);
      assertEquals(0, status(), err());
      assertEquals(
          Set.of("café", "emoji😀", "plain", "日本"),
          ImageStatistics.read(folder.resolve(locale + "/images").toString()).labels().keySet());
    }
  }

  @Test
  void saysThatItNeedsJava() throws Exception {
    start(Map.of("JAVA_HOME", "/none"), "help");
    assertEquals(1, status());
    assertTrue(err().startsWith("vocabeam: needs Java 17 or newer, found none: "), err());
    assertEquals(1, err().lines().count());
  }

  @Test
  void pathsAreTheCallersAndSignalsReachTheProgram() throws Exception {
    // A download that takes forever, in the place of the real client.
    Path programs = Files.createDirectory(folder.resolve("programs"));
    Path aptGet = programs.resolve("apt-get");
    Files.writeString(
        aptGet, "#!/bin/sh\necho $MALLOC_ARENA_MAX >begun\nmv begun started\nexec sleep 300\n");
    assertTrue(aptGet.toFile().setExecutable(true));
    start(
        Map.of("PATH", programs + File.pathSeparator + System.getenv("PATH")),
        "demo",
        "--data=here/fashion-mnist");
    Path started = null;
    for (int i = 0; started == null && process.isAlive() && i < 600; i++) {
      Thread.sleep(100);
      started = find(folder.resolve("here"), "started");
    }
    assertTrue(started != null, err());
    assertEquals("2\n", Files.readString(started), "arenas, in the program's environment");
    // The launcher has become the JVM, so nothing stands between it and a signal.
    assertTrue(process.info().command().orElse("").endsWith("/java"), process.info().toString());
    children = process.descendants().toList();
    process.toHandle().destroy();
    assertEquals(128 + 15, status());
  }

  @Test
  @Tag("long")
  void startsFromAnArchiveOfTheClassesItBuilt() throws Exception {
    // A project like this one, with what Maven made here in the place of what it would make there.
    Path home = Files.createDirectory(folder.resolve("home"));
    Path here = Path.of("..").toAbsolutePath().normalize();
    Path launcher = Files.copy(here.resolve("vocabeam"), home.resolve("vocabeam"));
    Files.createDirectory(home.resolve("runner-config"));
    for (String file : List.of("runner-config/jvm.options", "runner-config/logging.properties")) {
      Files.copy(here.resolve(file), home.resolve(file));
    }
    Files.createFile(home.resolve("pom.xml"));
    StringBuilder maven = new StringBuilder("#!/bin/sh\nset -e\n");
    for (String module : List.of("pipelines", "transforms", "models", "quality/bench")) {
      Files.createDirectories(home.resolve(module).resolve("src/main"));
      Files.createFile(home.resolve(module).resolve("pom.xml"));
      maven.append(
          String.format(
              "mkdir %1$s/target\ncp -r %2$s/%1$s/target/classes %1$s/target\n", module, here));
    }
    maven.append(
        String.format("cp %s/pipelines/target/runtime.classpath pipelines/target\n", here));
    Path programs = Files.createDirectory(folder.resolve("programs"));
    Files.writeString(programs.resolve("mvn"), maven);
    assertTrue(programs.resolve("mvn").toFile().setExecutable(true));
    Map<String, String> environment =
        Map.of(
            "PATH", programs + File.pathSeparator + System.getenv("PATH"),
            "VOCABEAM_JAVA_OPTS", "-Xlog:class+load:file=" + folder.resolve("loaded"));

    run(launcher, environment, "help");
    assertEquals(0, status(), err());
    assertTrue(err().startsWith("vocabeam: building"), err());
    assertEquals("shared objects file (top)", sourceOfTheProgram());

    // Maven builds without the launcher. Where it made the same classes anew, the archive holds.
    Path classes = home.resolve("pipelines/target/classes");
    Files.setLastModifiedTime(classes, FileTime.from(Instant.now().plusSeconds(5)));
    run(launcher, environment, "help");
    assertEquals(0, status(), err());
    assertEquals("shared objects file (top)", sourceOfTheProgram());

    // Where it made others, they are what runs.
    Files.writeString(classes.resolve("new"), "other classes");
    run(launcher, environment, "help");
    assertEquals(0, status(), err());
    assertEquals("", err());
    assertEquals("file:" + classes + "/", sourceOfTheProgram());
  }

  private String sourceOfTheProgram() throws IOException {
    String program = Vocabeam.class.getName() + " source: ";
    return Files.readString(folder.resolve("loaded"))
        .lines()
        .filter(line -> line.contains(program))
        .map(line -> line.substring(line.indexOf(program) + program.length()))
        .findFirst()
        .orElse("");
  }

  private static Path find(Path under, String name) throws IOException {
    if (!Files.exists(under)) {
      return null;
    }
    try (Stream<Path> files = Files.walk(under)) {
      return files.filter(file -> file.endsWith(name)).findFirst().orElse(null);
    }
  }
}
