package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files under a directory, by their names in it. */
public final class FileTree {
  private FileTree() {}

  private static Map<String, Path> files(Path root) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      paths.filter(Files::isRegularFile).forEach(f -> files.put(root.relativize(f).toString(), f));
    }
    return files;
  }

  /** Name to time of the last change. */
  public static Map<String, Object> times(Path root) throws IOException {
    Map<String, Object> times = new TreeMap<>();
    for (var file : files(root).entrySet()) {
      times.put(file.getKey(), Files.getLastModifiedTime(file.getValue()));
    }
    return times;
  }

  /** Copies all files to a directory that is not there yet. */
  public static void copy(Path from, Path to) throws IOException {
    for (var file : files(from).entrySet()) {
      Path copy = to.resolve(file.getKey());
      Files.createDirectories(copy.getParent());
      Files.copy(file.getValue(), copy);
    }
  }

  /**
   * The same files with the same bytes, but for event files, whose names have a time, and the
   * stamps of inputs, which are made of times.
   */
  public static void assertSame(Path expected, Path actual) throws IOException {
    Map<String, Path> of = files(expected);
    Map<String, Path> other = files(actual);
    for (Map<String, Path> tree : List.of(of, other)) {
      tree.keySet().removeIf(name -> name.contains("tensorboard") || name.endsWith("input.stamp"));
    }
    assertTrue(of.size() > 1, expected + " is nearly empty");
    assertEquals(of.keySet(), other.keySet());
    for (String name : of.keySet()) {
      assertArrayEquals(
          Files.readAllBytes(of.get(name)), Files.readAllBytes(other.get(name)), name);
    }
  }
}
