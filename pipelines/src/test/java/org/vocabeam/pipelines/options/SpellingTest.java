package org.vocabeam.pipelines.options;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingTest {
  @Test
  void theCaseOfLettersDoesNotCount() {
    assertEquals(
        "; did you mean --flinkMaster?",
        Spelling.suggestion("--FLINKMASTER", List.of("--flinkMaster", "--runner")));
  }

  /** Three of seven letters are more than a third, two of six are not. */
  @Test
  void aThirdOfTheLettersMayDiffer() {
    assertEquals("", Spelling.suggestion("sitting", List.of("kitten")));
    assertEquals("; did you mean abcdef?", Spelling.suggestion("abcdxx", List.of("abcdef")));
    assertEquals("", Spelling.suggestion("abcxxx", List.of("abcdef")));
  }

  @Test
  void suggestsTheNearestNameIfItIsNear() {
    List<String> known = List.of("--rounds", "--stepsPerRound", "--seed");
    assertEquals("; did you mean --stepsPerRound?", Spelling.suggestion("--stepPerRounds", known));
    assertEquals("; did you mean --seed?", Spelling.suggestion("--sed", known));
    assertEquals("", Spelling.suggestion("--temperature", known));
    assertEquals("", Spelling.suggestion("--sed", List.of()));
  }
}
