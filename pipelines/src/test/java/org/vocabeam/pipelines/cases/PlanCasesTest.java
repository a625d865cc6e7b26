package org.vocabeam.pipelines.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plan files that compare refuses, each in one line. */
class PlanCasesTest {
  private static final String GOOD = "entries: [{method: gan}]";

  @TempDir static Path directory;

  private static Path file(String content) throws IOException {
    Path file = Files.createTempFile(directory, "plan", ".yaml");
    Files.writeString(file, content);
    return file;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          entries: [                   | is neither YAML nor JSON:
          budget: 2                    | has no entries, must be
          entries: []                  | has no entries, must be
          x: {entries: [{method: gan}]}| has no entries, must be
          'bugdet: 2\nentries: [{method: gan}]' | bugdet is unknown, must be one of
          'bugdet: 2\nentries: [{method: gan}]' | did you mean budget?
          'methods: gan\nentries: [{method: gan}]' | methods is unknown, must be one of
          entries: [{name: a}]         | entry 1: has no method, must have one of
          entries: [{method: gan}, {method: obw}] | entry 2: method is obw, must be one of
          entries: [{method: obw}]     | did you mean obow?
          entries: [{method: obow, word: 64}] | entry 1: word is unknown, must be one of
          entries: [{method: obow, word: 64}] | did you mean words?
          entries: [{method: obow, seed: 2}] | entry 1: seed is unknown
          entries: [{method: obow, words: many}] | entry 1: --words is many, must be a whole number
          entries: [{method: obow, batchSize: 1}] | entry 1: batchSize is 1, must be at least 2
          entries: [{method: obow, preset: large}] | entry 1: preset is large, must be small
          entries: [{method: obow, set: 3}] | entry 1: set is 3, must be an object
          entries: [{method: obow, set: {/method/none: 3}}] | entry 1: --set /method/none changes nothing
          entries: [{method: obow, name: a/b}] | entry 1: name is 'a/b', must be letters
          entries: [{method: obow, name: metrics}] | entry 1: name is metrics, which the comparison
          entries: [{method: obow}, {method: obow}] | two entries have the name obow
          """)
  void aBadPlanIsRefusedInOneLine(String content, String expected) throws IOException {
    Path plan = file(content.replace("\\n", "\n"));
    Printed printed =
        Printed.by(
            List.of(
                "compare",
                "--images=" + directory,
                "--output=" + directory.resolve("none"),
                "--steps=4",
                "--plan=" + plan));
    assertTrue(printed.line().startsWith(plan.toString()), printed.line());
    assertTrue(printed.line().contains(expected), printed.line());
    assertFalse(Files.exists(directory.resolve("none")));
  }

  @Test
  void aMissingFileAndTwoLists() throws IOException {
    assertEquals(
        List.of("there is no plan file nowhere (see 'vocabeam compare --help')"),
        Printed.by(List.of("compare", "--output=a", "--plan=nowhere")).err().lines().toList());
    Printed both =
        Printed.by(
            List.of(
                "compare",
                "--images=" + directory,
                "--output=" + directory.resolve("none"),
                "--steps=4",
                "--methods=gan",
                "--plan=" + file(GOOD)));
    assertTrue(
        both.line().contains("--methods is gan, but --plan has entries; give one of them"),
        both.line());
  }
}
