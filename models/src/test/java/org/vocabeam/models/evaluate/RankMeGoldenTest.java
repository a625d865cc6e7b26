package org.vocabeam.models.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;

/** Checks the effective rank against the definition, computed by numpy and torch in float64. */
class RankMeGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("rankme");

  static List<String> matrices() {
    return Golden.names(GOLDEN.get("inputs"));
  }

  @ParameterizedTest
  @MethodSource("matrices")
  void effectiveRank(String name) {
    Tensor matrix = Golden.tensor(GOLDEN.get("inputs").get(name));
    JsonNode expected = GOLDEN.get("expected").get(name);
    double[] singular = RankMe.singularValues(matrix.floats(), matrix.dim(1));
    double[] values = Golden.tensor(expected.get("singular_values")).values();
    assertEquals(values.length, singular.length);
    for (int i = 0; i < values.length; i++) {
      // Values that are 0 but for rounding are compared by the largest.
      assertEquals(values[i], singular[i], 1e-9 * values[i] + 1e-12 * values[0], name + " " + i);
    }
    double rank = expected.get("rankme").asDouble();
    assertEquals(rank, RankMe.of(matrix.floats(), matrix.dim(1)), 1e-9 * rank + 1e-12, name);
  }
}
