package org.vocabeam.pipelines.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.RecipeChoice;

class ComparisonLengthTest {
  @ParameterizedTest
  @CsvSource({"6, , 6 steps", ", 1.0, 1 minute", ", 2.0, 2 minutes", ", 0.5, 0.5 minutes"})
  void isInStepsOrMinutes(@Nullable Long steps, @Nullable Double budget, String expected) {
    Comparison comparison =
        new Comparison(
            "images",
            "output",
            Entries.of(List.of("obow"), RecipeChoice.PRESET, null),
            steps,
            budget,
            List.of(1L),
            2,
            0,
            "train",
            "test",
            PoolingChoice.GLOBAL,
            1);
    assertEquals(expected, comparison.length());
  }
}
