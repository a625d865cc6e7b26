package org.vocabeam.models.jointembedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.MovingAverage;
import org.vocabeam.models.optimize.CosineSchedule;

/** BYOL's loss, moving average and schedules against DeepMind's, solo-learn's and lightly's. */
final class ByolGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("byol");
  private static final JsonNode EXPECTED = GOLDEN.get("expected");

  private static Operand<TFloat32> regression(Ops tf, Map<String, Operand<TFloat32>> x) {
    return Byol.regression(tf, x.get("p1"), x.get("p2"), x.get("z1"), x.get("z2"));
  }

  @Test
  void lossAndGradients() {
    LossCheck.assertReproduced(
        LossCheck.tensors(GOLDEN.get("inputs")),
        ByolGoldenTest::regression,
        EXPECTED.get("regression"),
        List.of("p1", "p2"));
  }

  /** The file's other scale of the same. */
  @Test
  void theHalfSumOfNegativeCosines() {
    LossCheck.assertReproduced(
        LossCheck.tensors(GOLDEN.get("inputs")),
        (tf, x) -> tf.math.div(tf.math.sub(regression(tf, x), tf.constant(4f)), tf.constant(4f)),
        EXPECTED.get("negative_cosine_half_sum"),
        List.of("p1", "p2"));
    assertThrows(
        AssertionFailedError.class,
        () ->
            LossCheck.assertReproduced(
                LossCheck.tensors(GOLDEN.get("inputs")),
                ByolGoldenTest::regression,
                EXPECTED.get("negative_cosine_half_sum"),
                List.of()));
  }

  @Test
  void theTargetFollowsTheOnlineNetwork() {
    JsonNode config = GOLDEN.at("/config/ema");
    JsonNode ema = GOLDEN.at("/inputs/ema");
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> share = sandbox.floats(new float[1]);
      MovingAverage average =
          new MovingAverage(tf, sandbox.variables(), "online.", "target.", share);
      List<String> names = Golden.names(ema.get("target"));
      for (String name : names) {
        average.trained(
            name, Initializer.ZEROS, Golden.tensor(ema.get("target").get(name)).shape());
      }
      Operand<TFloat32> step =
          tf.withControlDependencies(sandbox.variables().updates()).constant(0f);
      sandbox.initialize(1);
      names.forEach(name -> write(sandbox, "target." + name, ema.get("target").get(name)));
      for (int i = 0; i < config.get("steps").size(); i++) {
        JsonNode online = ema.get("online_at_step").get(i);
        names.forEach(name -> write(sandbox, "online." + name, online.get(name)));
        double studentShare =
            CosineSchedule.studentShare(
                config.get("base").asDouble(),
                config.get("steps").get(i).asLong(),
                config.get("max_steps").asLong());
        assertEquals(EXPECTED.at("/ema/tau").get(i).asDouble(), 1 - studentShare, 1e-12);
        sandbox.set(share, new float[] {(float) studentShare});
        JsonNode after = EXPECTED.at("/ema/target_after").get(i);
        sandbox.run(step);
        for (String name : names) {
          Golden.assertClose(
              name + " after " + i,
              Golden.tensor(after.get(name)).values(),
              sandbox.read("target." + name),
              Golden.FLOAT32);
        }
      }
    }
  }

  private static void write(Sandbox sandbox, String variable, JsonNode value) {
    sandbox.write(Map.of(variable, Golden.tensor(value).floats()));
  }

  @Test
  void theTargetsDecayOfEveryStep() {
    for (JsonNode schedule : EXPECTED.get("tau_schedules")) {
      for (int i = 0; i < schedule.get("step").size(); i++) {
        double share =
            CosineSchedule.studentShare(
                schedule.get("base").asDouble(),
                schedule.get("step").get(i).asLong(),
                schedule.get("max_steps").asLong());
        assertEquals(schedule.get("tau_deepmind").get(i).asDouble(), 1 - share, 1e-12);
        assertEquals(schedule.get("tau_solo_learn").get(i).asDouble(), 1 - share, 1e-12);
      }
    }
  }

  @Test
  void theLearningRateOfEveryStep() {
    JsonNode config = GOLDEN.at("/config/learning_schedule");
    CosineSchedule schedule =
        new CosineSchedule(
            config.get("base_learning_rate").asDouble() * config.get("batch_size").asInt() / 256,
            0,
            config.get("warmup_steps").asLong(),
            config.get("total_steps").asLong(),
            1);
    JsonNode steps = GOLDEN.at("/inputs/learning_schedule_steps");
    for (int i = 0; i < steps.size(); i++) {
      assertEquals(
          EXPECTED.get("learning_schedule").get(i).asDouble(),
          schedule.rate(steps.get(i).asLong()),
          1e-12);
    }
  }
}
