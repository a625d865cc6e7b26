package org.vocabeam.pipelines.options;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingTest {
  @Test
  void countsInsertionsDeletionsAndReplacements() {
    assertEquals(3, Spelling.distance("kitten", "sitting"));
    assertEquals(1, Spelling.distance("abc", "abcd"));
    assertEquals(1, Spelling.distance("abcd", "bcd"));
    assertEquals(5, Spelling.distance("", "abcde"));
    assertEquals(0, Spelling.distance("--flinkmaster", "--flinkMaster"));
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
