package org.vocabeam.pipelines.options;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ValueOptionsTest {
  private static final Set<String> OPTIONS = Set.of("--words", "--batchSize", "--images");

  @Test
  void theWrongValueAndOtherNamesHaveTheirOptions() {
    assertEquals(
        "words is 20, must be a multiple of batchSize (see --batchSize, --words)",
        ValueOptions.named("words is 20, must be a multiple of batchSize", OPTIONS));
  }

  @Test
  void wordsOfEnglishAreNoNames() {
    String line = "runs/x is of other images; its words do not fit";
    assertEquals(line, ValueOptions.named(line, OPTIONS));
  }

  @Test
  void optionsThatTheCommandHasNotOrTheLineNamesAreNotAdded() {
    assertEquals(
        "learningRate is -1.0, must be positive",
        ValueOptions.named("learningRate is -1.0, must be positive", OPTIONS));
    String named = "--batchSize is 0; a larger batchSize is needed";
    assertEquals(named, ValueOptions.named(named, OPTIONS));
  }
}
