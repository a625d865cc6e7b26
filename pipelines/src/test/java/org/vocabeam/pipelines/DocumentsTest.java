package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks the Markdown documents: the length of the README, links, and references from the code. */
class DocumentsTest {
  private static final int README_BYTES = 8_000;
  private static final Pattern LINK =
      Pattern.compile("\\]\\((?!https?://)([^)#\\s]*)(?:#([^)\\s]+))?\\)");
  private static final Pattern SECTION =
      Pattern.compile("docs/methods\\.md,?[\\s*]+section[\\s*]+(\\d+)");

  private static final Pattern SOURCE = Pattern.compile("`([a-z]+/[a-zA-Z/]+\\.java)`");

  private final Path root = Path.of("..").toAbsolutePath().normalize();

  @Test
  void readmeFitsOnOnePage() throws IOException {
    long bytes = Files.size(root.resolve("README.md"));

    assertTrue(
        bytes <= README_BYTES,
        "README.md has " + bytes + " bytes, must have " + README_BYTES + " at most");
  }

  @Test
  void relativeLinksLeadSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : documents()) {
      var links = LINK.matcher(withoutCode(Files.readString(document)));
      while (links.find()) {
        Path target =
            links.group(1).isEmpty()
                ? document
                : document.resolveSibling(links.group(1)).normalize();
        if (!Files.exists(target)
            || (links.group(2) != null && !anchors(target).contains(links.group(2)))) {
          broken.add(root.relativize(document) + ": " + links.group());
        }
      }
    }

    assertEquals(List.of(), broken);
  }

  @Test
  void sectionsThatCodeCitesExist() throws IOException {
    Set<String> sections =
        Files.readAllLines(root.resolve("docs/methods.md")).stream()
            .filter(line -> line.matches("## \\d+\\. .*"))
            .map(line -> line.replaceFirst("## (\\d+)\\. .*", "$1"))
            .collect(Collectors.toSet());
    Set<String> cited = new TreeSet<>();
    for (Path source : sources()) {
      SECTION
          .matcher(Files.readString(source))
          .results()
          .forEach(found -> cited.add(found.group(1)));
    }

    assertTrue(
        sections.containsAll(cited), "cited: " + cited + ", in docs/methods.md: " + sections);
    assertTrue(
        cited.size() > 3, "only sections " + cited + " are cited: the pattern no longer fits");
  }

  @Test
  void filesThatArchitectureNamesExist() throws IOException {
    List<Path> sources = sources();
    List<String> named =
        SOURCE
            .matcher(Files.readString(root.resolve("docs/architecture.md")))
            .results()
            .map(found -> found.group(1))
            .filter(name -> !name.contains("NAME"))
            .toList();

    assertEquals(
        List.of(),
        named.stream()
            .filter(
                name -> sources.stream().noneMatch(path -> path.endsWith("org/vocabeam/" + name)))
            .toList());
    assertTrue(named.size() > 10, "only " + named + " are named: the pattern no longer fits");
  }

  private List<Path> documents() throws IOException {
    return files(".md");
  }

  private List<Path> sources() throws IOException {
    return files(".java");
  }

  private List<Path> files(String ending) throws IOException {
    try (Stream<Path> tree =
        Files.find(
            root,
            Integer.MAX_VALUE,
            (path, attributes) -> attributes.isRegularFile() && path.toString().endsWith(ending))) {
      return tree.filter(path -> !ignored(root.relativize(path))).sorted().toList();
    }
  }

  private static boolean ignored(Path path) {
    return Stream.of("target", "runs", "data", ".git")
        .anyMatch(
            name ->
                Stream.iterate(path, p -> p != null, Path::getParent)
                    .anyMatch(p -> p.endsWith(name)));
  }

  private static String withoutCode(String markdown) {
    return markdown.replaceAll("(?s)```.*?```", "").replaceAll("`[^`\n]*`", "");
  }

  /** Anchors of a document's headings, as GitHub makes them. */
  private static Set<String> anchors(Path document) throws IOException {
    return Files.readAllLines(document).stream()
        .filter(line -> line.matches("#+ .*"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }
}
