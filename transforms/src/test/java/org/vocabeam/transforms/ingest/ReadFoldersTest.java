package org.vocabeam.transforms.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vocabeam.transforms.files.Unread;
import org.vocabeam.transforms.files.UnreadFile;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.source.SourceOptions;

/** {@link ReadImages} on folders with odd names, links and files that cannot be read. */
class ReadFoldersTest extends TestSources {

  @Test
  void namesOfAnySigns() throws Exception {
    List<String> names =
        List.of(
            "train\\dog\\1.png",
            "a\nb.png",
            "c#d?e*f[g].png",
            "h%41.png",
            "i:j.png",
            "k l .png",
            "'\"$`;&.png",
            "日本😀ü.png",
            "x".repeat(251) + ".png",
            "{m}.png",
            "~n.png",
            "\\xE9.png");
    for (String name : names) {
      file("in/cat/" + name, GREY);
    }
    expect(
        source("in"),
        KEEP,
        names.stream().map(name -> grey("cat/" + name, "cat", "all")).toList(),
        Map.of());
  }

  /** Names in Latin-1, which no text of Java leads back to. */
  @Test
  void namesOfAnyBytes() throws Exception {
    file("in/plain.png", GREY);
    URI in = temporary.resolve("in").toUri();
    for (String name :
        List.of("caf%E9.png", "caf%C3%A9.png", "%FF%FEdir/x%80.png", "%E9/%E8.txt")) {
      Path file = Path.of(URI.create(in + name));
      Files.createDirectories(file.getParent());
      Files.write(file, GREY);
    }
    List<ImageRecord> images =
        List.of(
            grey("plain.png", null, "all"),
            grey("caf\\xE9.png", null, "all"),
            grey("café.png", null, "all"),
            grey("\\xFF\\xFEdir/x\\x80.png", "\\xFF\\xFEdir", "all"),
            grey("\\xE9/\\xE8.txt", "\\xE9", "all"));
    expect(source("in"), KEEP, images, Map.of());
    assertEquals(List.of(), source("in").unread());
    file("in/caf\\xE9.png", GREY);
    expect(source("in"), KEEP, images, Map.of());
    assertEquals(List.of(new UnreadFile("caf\\xE9.png", Unread.SAME_NAME)), source("in").unread());
  }

  @Test
  void archivesAndTablesWithNamesOfAnyBytes() throws Exception {
    Files.write(Path.of(URI.create(temporary.toUri() + "caf%E9.tar")), tar(Map.of("a.png", GREY)));
    expect(source(""), KEEP, List.of(grey("a.png", null, "all")), Map.of("link.png", "no content"));
  }

  @Test
  void linksAreFollowedOnceAndCounted() throws Exception {
    file("in/cat/a.png", GREY);
    file("elsewhere/b.png", GREY);
    link("in/cat/up", "..");
    link("in/self", "self");
    link("in/dangling.png", "nowhere.png");
    link("in/dog", "../elsewhere");
    link("in/c.png", "cat/a.png");
    Process fifo =
        new ProcessBuilder("mkfifo", temporary.resolve("in/fifo.png").toString()).start();
    assertEquals(0, fifo.waitFor());
    ImageSource source = source("in");
    expect(
        source,
        KEEP,
        List.of(
            grey("cat/a.png", "cat", "all"),
            grey("dog/b.png", "dog", "all"),
            grey("c.png", null, "all")),
        Map.of());
    assertEquals(
        List.of(
            new UnreadFile("cat/up", Unread.LOOP),
            new UnreadFile("dangling.png", Unread.DANGLING),
            new UnreadFile("fifo.png", Unread.SPECIAL),
            new UnreadFile("self", Unread.DANGLING)),
        source.unread());
  }

  private void link(String name, String to) throws IOException {
    Files.createSymbolicLink(temporary.resolve(name), Path.of(to));
  }

  @Test
  void filesThatVanishAreRejectedAlone() throws Exception {
    file("in/a.png", GREY);
    file("in/b.png", GREY);
    file("in/c.png", GREY);
    ImageSource source = source("in");
    Files.delete(temporary.resolve("in/b.png"));
    Files.delete(temporary.resolve("in/c.png"));
    Files.createDirectory(temporary.resolve("in/c.png"));
    expect(
        source,
        KEEP,
        List.of(grey("a.png", null, "all")),
        Map.of("b.png", "gone before it was read", "c.png", "cannot be read from its disk"));
    Files.move(temporary.resolve("in"), temporary.resolve("moved"));
    assertUserError("in is not there for this worker", source);
  }

  /** Reads in another process, because root may read everything until it gives that up. */
  @Test
  void closedFoldersAndFilesAreCounted() throws Exception {
    file("in/open/a.png", GREY);
    file("in/open/closed.png", GREY);
    file("in/closed/b.png", GREY);
    file("in/z.png", GREY);
    Files.setPosixFilePermissions(temporary.resolve("in/closed"), Set.of());
    Files.setPosixFilePermissions(temporary.resolve("in/open/closed.png"), Set.of());
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    String capabilities = "-dac_override,-dac_read_search";
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(
          List.of("setpriv", "--bounding-set=" + capabilities, "--inh-caps=" + capabilities));
    }
    command.addAll(
        List.of(
            ProcessHandle.current().info().command().orElse("java"),
            "-cp",
            classPath,
            ReadFoldersTest.class.getName(),
            temporary.resolve("in").toString()));
    Process reader =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(reader.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, reader.waitFor());
    Files.setPosixFilePermissions(
        temporary.resolve("in/closed"), PosixFilePermissions.fromString("rwx------"));
    assertEquals(
        "closed folder without permission to list it\n"
            + "open/a.png image\n"
            + "open/closed.png no permission to read it\n"
            + "z.png image\n",
        out);
  }

  /** Prints what becomes of every file of a folder. */
  public static void main(String[] arguments) {
    ImageSource source = ImageSource.open(arguments[0], SourceOptions.usual(), KEEP);
    source.unread().forEach(file -> print(file.name(), file.reason().reason()));
    source
        .parts()
        .forEach(
            item ->
                item.part()
                    .read(
                        KEEP.maxBytes(),
                        image ->
                            print(
                                image.id(),
                                image.isImage() ? "image" : image.rejection().reason())));
  }

  private static void print(String name, String fate) {
    System.out.print(name + " " + fate + "\n");
  }
}
