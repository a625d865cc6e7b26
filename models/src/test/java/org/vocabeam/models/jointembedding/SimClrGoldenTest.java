package org.vocabeam.models.jointembedding;

import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;

/** The loss of SimCLR against lightly's. */
final class SimClrGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("ntxent");

  private static Operand<TFloat32> loss(
      Ops tf, Map<String, Operand<TFloat32>> inputs, double temperature) {
    return SimClr.ntXent(
        tf, tf.concat(List.of(inputs.get("z1"), inputs.get("z2")), tf.constant(0)), temperature);
  }

  private static void check(JsonNode expected, double temperature) {
    LossCheck.assertReproduced(
        LossCheck.tensors(GOLDEN.get("inputs")),
        (tf, inputs) -> loss(tf, inputs, temperature),
        expected,
        List.of("z1", "z2"));
  }

  @Test
  void lossAndGradientsAtEveryTemperature() {
    for (JsonNode expected : GOLDEN.at("/expected/per_temperature")) {
      check(expected, expected.get("temperature").asDouble());
    }
  }

  @Test
  void anotherTemperatureIsRejected() {
    JsonNode expected = GOLDEN.at("/expected/per_temperature/0");
    double other = expected.get("temperature").asDouble() * 0.98;
    assertThrows(AssertionError.class, () -> check(expected, other));
  }
}
