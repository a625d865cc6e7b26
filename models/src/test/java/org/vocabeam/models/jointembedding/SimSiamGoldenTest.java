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

/** The loss of SimSiam against the authors'. */
final class SimSiamGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("simsiam");

  /**
   * The file's gradients of the projections are zeros: here they are those of the projections
   * themselves, which the loss is given behind a stop.
   */
  private static Operand<TFloat32> loss(Ops tf, Map<String, Operand<TFloat32>> x, boolean stop) {
    Operand<TFloat32> z1 = stop ? tf.stopGradient(x.get("z1")) : x.get("z1");
    Operand<TFloat32> z2 = stop ? tf.stopGradient(x.get("z2")) : x.get("z2");
    return SimSiam.negativeCosine(tf, x.get("p1"), x.get("p2"), z1, z2);
  }

  @Test
  void lossAndGradients() {
    LossCheck.assertReproduced(
        LossCheck.tensors(GOLDEN.get("inputs")),
        (tf, x) -> loss(tf, x, true),
        GOLDEN.get("expected"),
        List.of("p1", "p2"));
  }

  @Test
  void aGradientOfTheProjectionsIsRejected() {
    assertThrows(
        AssertionError.class,
        () ->
            LossCheck.assertReproduced(
                LossCheck.tensors(GOLDEN.get("inputs")),
                (tf, x) -> loss(tf, x, false),
                GOLDEN.get("expected"),
                List.of("z1", "z2")));
  }
}
