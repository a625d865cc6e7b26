package org.vocabeam.pipelines.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildTest {
  private static final List<String> CLASSES = List.of("b/B.class", "a/A.class", "a/A$1.class");

  @TempDir private Path directory;

  private Path folder(String changed) throws IOException {
    Path folder = Files.createTempDirectory(directory, "classes");
    for (String name : CLASSES) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.writeString(folder.resolve(name), name.equals(changed) ? "other" : name);
    }
    return folder;
  }

  private Path jar() throws IOException {
    Path jar = directory.resolve("classes.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      for (String name : CLASSES) {
        entries.putNextEntry(new ZipEntry(name));
        entries.write(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
      // Of the packaging, not of the program.
      entries.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
    }
    return jar;
  }

  @Test
  void classesAreTheSameInAJarAndInAFolder() throws IOException {
    assertEquals(Build.fingerprint(List.of(folder(""))), Build.fingerprint(List.of(jar())));
  }

  @Test
  void everyClassCounts() throws IOException {
    String build = Build.fingerprint(List.of(folder("")));
    for (String name : CLASSES) {
      assertNotEquals(build, Build.fingerprint(List.of(folder(name))), name);
    }
  }
}
