package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sources of the modules below pipelines. Their messages and comments name values; the commands
 * know the options.
 */
class OptionNamesTest {
  private static final Pattern OPTION = Pattern.compile("(^|[^-\\w])--[a-z][A-Za-z]+");

  @ParameterizedTest
  @ValueSource(strings = {"models", "transforms"})
  void noSourceNamesAnOption(String module) throws IOException {
    List<String> found = new ArrayList<>();
    int files = 0;
    try (Stream<Path> sources = Files.walk(Path.of("..", module, "src", "main"))) {
      for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
        files++;
        Files.readAllLines(source).stream()
            .filter(line -> OPTION.matcher(line).find())
            .forEach(line -> found.add(source.getFileName() + ": " + line.strip()));
      }
    }
    assertEquals(List.of(), found);
    assertTrue(files > 50, files + " sources");
  }

  @Test
  void optionsAreRecognised() {
    for (String line :
        List.of("\"see --images\"", "--output=DIR", "{@code --method}", "(--rowGroupBytes)")) {
      assertTrue(OPTION.matcher(line).find(), line);
    }
    for (String line : List.of("i--", "--count", "<!-- comment -->", "a---b", "x--y", "-- and")) {
      assertEquals(line.equals("--count"), OPTION.matcher(line).find(), line);
    }
    assertFalse(OPTION.matcher("for (int i = n; i > 0; --i) {").find(), "one letter");
  }
}
