package org.vocabeam.models.jointembedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.AssertionFailedError;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.Larc;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.views.ViewSpec;

/** SwAV's codes, loss, prototypes, queue and learning rate against the authors'. */
final class SwavGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("swav");
  private static final JsonNode CONFIG = GOLDEN.get("config");
  private static final JsonNode EXPECTED = GOLDEN.get("expected");
  private static final String PROTOTYPES = "prototypes.weight";

  private static int count(String name) {
    return CONFIG.get(name).asInt();
  }

  private static double config(String name) {
    return CONFIG.get(name).asDouble();
  }

  /** Checks by the README's rule for float32, which counts the largest value of a tensor. */
  private static void assertClose(
      String what, double[] expected, float[] actual, Golden.Tolerance tolerance) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    Golden.assertClose(
        what,
        expected,
        actual,
        new Golden.Tolerance(tolerance.relative(), tolerance.absolute() * Math.max(1, largest)));
  }

  private static double[] values(JsonNode tensor) {
    return Golden.tensor(tensor).values();
  }

  private static Operand<TFloat32> ones(Ops tf, Operand<TFloat32> rows) {
    return tf.fill(tf.constant(new long[] {rows.shape().get(0), 1}), tf.constant(1f));
  }

  private static void checkSinkhorn(double epsilon, int offset, boolean samplesFirst) {
    JsonNode iterations = CONFIG.at("/sinkhorn/iterations");
    checkSinkhorn(
        "q",
        EXPECTED.at("/sinkhorn/q"),
        epsilon,
        count("sinkhorn_iterations") + offset,
        samplesFirst);
    for (int i = 0; i < iterations.size(); i++) {
      checkSinkhorn(
          "q of iterations " + i,
          EXPECTED.at("/sinkhorn/q_of_iterations").get(i),
          epsilon,
          iterations.get(i).asInt() + offset,
          samplesFirst);
    }
  }

  private static void checkSinkhorn(
      String what, JsonNode expected, double epsilon, int iterations, boolean samplesFirst) {
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> scores =
          sandbox.floats(Golden.tensor(GOLDEN.at("/inputs/sinkhorn_scores")));
      Operand<TFloat32> codes =
          samplesFirst
              ? tf.linalg.transpose(
                  sinkhorn(
                      tf,
                      tf.linalg.transpose(scores, tf.constant(new int[] {1, 0})),
                      epsilon,
                      iterations),
                  tf.constant(new int[] {1, 0}))
              : sinkhorn(tf, scores, epsilon, iterations);
      assertClose(what, values(expected), sandbox.run(codes), Golden.FLOAT32);
    }
  }

  private static Operand<TFloat32> sinkhorn(
      Ops tf, Operand<TFloat32> scores, double epsilon, int iterations) {
    return Swav.sinkhorn(tf, scores, ones(tf, scores), epsilon, iterations);
  }

  @Test
  void codesOfEveryNumberOfIterations() {
    checkSinkhorn(config("epsilon"), 0, false);
  }

  @Test
  void codesThatEndWithThePrototypesAreRejected() {
    assertThrows(AssertionFailedError.class, () -> checkSinkhorn(config("epsilon"), 0, true));
  }

  @Test
  void codesOfAnotherEpsilonOrNumberOfIterationsAreRejected() {
    assertThrows(
        AssertionFailedError.class, () -> checkSinkhorn(config("epsilon") * 1.01, 0, false));
    assertThrows(AssertionFailedError.class, () -> checkSinkhorn(config("epsilon"), 1, false));
  }

  /** Rows that are left out, as those of a queue that is not full, change no other row. */
  @Test
  void rowsThatAreLeftOutChangeNoOther() {
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> scores =
          sandbox.floats(Golden.tensor(GOLDEN.at("/inputs/sinkhorn_scores")));
      Operand<TFloat32> others = tf.math.mul(scores, tf.constant(0.3f));
      Operand<TFloat32> counted =
          tf.concat(List.of(tf.zerosLike(ones(tf, others)), ones(tf, scores)), tf.constant(0));
      Operand<TFloat32> codes =
          Swav.sinkhorn(
              tf,
              tf.concat(List.of(others, scores), tf.constant(0)),
              counted,
              config("epsilon"),
              count("sinkhorn_iterations"));
      double[] expected = values(EXPECTED.at("/sinkhorn/q"));
      double[] both = new double[2 * expected.length];
      System.arraycopy(expected, 0, both, expected.length, expected.length);
      assertClose("q", both, sandbox.run(codes), Golden.FLOAT32);
    }
  }

  /** Part of a step that is done otherwise than it should be. */
  private enum Mistake {
    NONE,
    GRADIENT_OF_CODES,
    CODES_WITHOUT_EQUIPARTITION,
    OWN_CODE_PREDICTED,
    TEMPERATURE,
    PROTOTYPES_NOT_NORMALISED,
    NORMALISED_IN_THE_LOSS,
    SGD_FOR_LARC,
    PROTOTYPES_NEVER_FROZEN,
    QUEUE_STARTS_LATE,
    QUEUE_TOO_LONG
  }

  private static Swav swav(int queue, Mistake mistake) {
    ViewSpec view = ViewSpec.rotNet(/* size= */ 8);
    return new Swav(
        /* hidden= */ 1,
        count("D"),
        count("K"),
        config("temperature") * (mistake == Mistake.TEMPERATURE ? 1.01 : 1),
        config("epsilon"),
        count("sinkhorn_iterations"),
        mistake != Mistake.CODES_WITHOUT_EQUIPARTITION,
        queue + (queue > 0 && mistake == Mistake.QUEUE_TOO_LONG ? count("B") : 0),
        /* queueStart= */ 0,
        /* frozenPrototypes= */ 0,
        named("globals", view, count("global_crops")),
        count("local_crops") == 0
            ? List.of()
            : List.of(named("locals", view, count("local_crops"))));
  }

  private static ViewSpec named(String name, ViewSpec view, int count) {
    return new ViewSpec(
        name, view.size(), count, view.geometry(), view.orientation(), view.augmentations());
  }

  /** The step of a mistake that no setting makes. */
  private static Swav.Prediction predict(
      Mistake mistake,
      Swav swav,
      Ops tf,
      Variables variables,
      Operand<TFloat32> z,
      Operand<TFloat32> prototypes,
      Map<String, Operand<TFloat32>> scalars) {
    Swav.Prediction right = swav.predict(tf, variables, z, prototypes, scalars);
    if (mistake == Mistake.GRADIENT_OF_CODES) {
      List<Operand<TFloat32>> codes =
          tf.split(tf.constant(0), right.scores(), (long) crops()).output().stream()
              .limit(right.codes().size())
              .<Operand<TFloat32>>map(
                  scores -> sinkhorn(tf, scores, swav.epsilon(), swav.sinkhornIterations()))
              .toList();
      return new Swav.Prediction(
          right.scores(),
          right.codes(),
          Swav.crossEntropy(tf, right.scores(), codes, swav.temperature()));
    }
    if (mistake == Mistake.OWN_CODE_PREDICTED) {
      List<Operand<TFloat32>> turned = new ArrayList<>(right.codes());
      turned.add(turned.remove(0));
      return new Swav.Prediction(
          right.scores(),
          right.codes(),
          Swav.crossEntropy(tf, right.scores(), turned, swav.temperature()));
    }
    return right;
  }

  private static int crops() {
    return count("global_crops") + count("local_crops");
  }

  /** All crops of a step, crop after crop. */
  private static float[] embeddings(int step) {
    float[] rows = new float[crops() * count("B") * count("D")];
    int at = 0;
    for (JsonNode crop : GOLDEN.at("/inputs/embeddings").get(step)) {
      float[] values = Golden.tensor(crop).floats();
      System.arraycopy(values, 0, rows, at, values.length);
      at += values.length;
    }
    assertEquals(rows.length, at);
    return rows;
  }

  private static void run(String part, Mistake mistake) {
    JsonNode steps = EXPECTED.get(part);
    boolean isFrozen = part.equals("no_queue_frozen_then_larc");
    int queue = part.equals("queue") ? count("queue_length") : 0;
    assertEquals(
        IntStream.range(0, count("global_crops")).boxed().toList(),
        Golden.stream(CONFIG.get("crops_for_assign")).map(JsonNode::asInt).toList());
    Swav swav = swav(queue, mistake);
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Variables variables = sandbox.variables();
      Operand<TFloat32> move = sandbox.floats(new float[] {1});
      Operand<TFloat32> runs = sandbox.floats(new float[] {1});
      Map<String, Operand<TFloat32>> scalars = Map.of("prototypesMove", move, "queueRuns", runs);
      Operand<TFloat32> prototypes = swav.normalisePrototypes(tf, variables);
      Operand<TFloat32> given =
          sandbox.floats(embeddings(0), (long) crops() * count("B"), count("D"));
      Operand<TFloat32> z = Layers.l2Normalize(tf, given);
      if (mistake == Mistake.PROTOTYPES_NOT_NORMALISED) {
        prototypes = variables.stored(PROTOTYPES);
        variables.startFrom(PROTOTYPES, prototypes);
      }
      if (mistake == Mistake.NORMALISED_IN_THE_LOSS) {
        variables.startFrom(PROTOTYPES, tf.identity(variables.stored(PROTOTYPES)));
        prototypes = Layers.l2Normalize(tf, variables.get(PROTOTYPES));
      }
      Swav.Prediction step = predict(mistake, swav, tf, variables, z, prototypes, scalars);
      Output<?>[] gradients =
          sandbox
              .graph()
              .addGradients(
                  step.loss().asOutput(),
                  new Output<?>[] {
                    given.asOutput(),
                    z.asOutput(),
                    step.scores().asOutput(),
                    variables.get(PROTOTYPES).asOutput()
                  });
      List<Operand<TFloat32>> read = new ArrayList<>();
      read.add(prototypes);
      read.add(step.scores());
      read.add(step.loss());
      for (Output<?> gradient : gradients) {
        read.add(gradient.expect(TFloat32.class));
      }
      read.addAll(step.codes());
      List<Op> before = new ArrayList<>(variables.updates());
      before.addAll(read);
      VariableSpec parameter = variables.specs(Role.TRAINED).get(0);
      optimizer(isFrozen, mistake)
          .update(
              Variables.after(tf, before),
              variables,
              parameter,
              gradients[3].expect(TFloat32.class),
              new Optimizer.Schedule(
                  tf.constant((float) config("learning_rate")), tf.constant(1f)));
      before.addAll(variables.updates());
      Ops after = tf.withControlDependencies(before);
      List<Operand<TFloat32>> fetched =
          read.stream().<Operand<TFloat32>>map(after::identity).toList();
      sandbox.initialize(0);
      sandbox.write(Map.of(PROTOTYPES, Golden.tensor(GOLDEN.at("/inputs/prototypes")).floats()));

      assertEquals(count("steps"), steps.size());
      for (int t = 0; t < steps.size(); t++) {
        JsonNode expected = steps.get(t);
        String at = part + " step " + t + " ";
        boolean moves =
            mistake == Mistake.PROTOTYPES_NEVER_FROZEN
                || !isFrozen
                || t >= count("freeze_prototypes_niters");
        sandbox.set(given, embeddings(t));
        sandbox.set(move, new float[] {moves ? 1 : 0});
        sandbox.set(runs, new float[] {mistake == Mistake.QUEUE_STARTS_LATE && t == 0 ? 0 : 1});
        List<float[]> actual = sandbox.run(fetched);
        assertClose(
            at + "prototypes",
            values(expected.get("prototypes_normalised")),
            actual.get(0),
            Golden.FLOAT32);
        assertClose(at + "scores", values(expected.get("scores")), actual.get(1), Golden.FLOAT32);
        for (int crop = 0; crop < expected.get("q").size(); crop++) {
          assertClose(
              at + "q " + crop,
              values(expected.get("q").get(crop)),
              actual.get(7 + crop),
              Golden.FLOAT32);
        }
        assertEquals(expected.get("q").size(), step.codes().size());
        assertClose(
            at + "loss",
            new double[] {expected.get("loss").asDouble()},
            actual.get(2),
            Golden.FLOAT32);
        assertClose(
            at + "grad_embeddings_before_normalisation",
            values(expected.get("grad_embeddings_before_normalisation")),
            actual.get(3),
            Golden.GRADIENT);
        assertClose(
            at + "grad_embeddings",
            values(expected.get("grad_embeddings")),
            actual.get(4),
            Golden.GRADIENT);
        assertClose(
            at + "grad_scores",
            values(expected.get("grad_scores")),
            actual.get(5),
            Golden.GRADIENT);
        // Null: it is dropped, and here it is 0.
        JsonNode gradient = expected.get("grad_prototypes");
        assertClose(
            at + "grad_prototypes",
            gradient.isNull() ? new double[actual.get(6).length] : values(gradient),
            actual.get(6),
            Golden.GRADIENT);
        assertClose(
            at + "prototypes_after_optimizer",
            values(expected.get("prototypes_after_optimizer")),
            sandbox.read(PROTOTYPES),
            Golden.FLOAT32);
        if (queue > 0) {
          Tensor queues = Golden.tensor(expected.get("queue_after"));
          int size = queues.dim(1) * queues.dim(2);
          for (int crop = 0; crop < queues.dim(0); crop++) {
            assertClose(
                at + "queue_after " + crop,
                Arrays.copyOfRange(queues.values(), crop * size, (crop + 1) * size),
                Arrays.copyOf(sandbox.read("queue." + crop), size),
                Golden.FLOAT32);
          }
        }
      }
    }
  }

  private static Optimizer optimizer(boolean larc, Mistake mistake) {
    double momentum = config("momentum");
    double decay = config("weight_decay");
    if (!larc || mistake == Mistake.SGD_FOR_LARC) {
      return new Sgd(momentum, decay, false);
    }
    assertFalse(CONFIG.at("/larc/clip").asBoolean());
    return new Larc(
        momentum,
        decay,
        CONFIG.at("/larc/trust_coefficient").asDouble(),
        CONFIG.at("/larc/eps").asDouble());
  }

  @ParameterizedTest
  @ValueSource(strings = {"no_queue", "no_queue_frozen_then_larc", "queue"})
  void everyStep(String part) {
    run(part, Mistake.NONE);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void mistakesAreNoticed(Mistake mistake) {
    String part =
        switch (mistake) {
          case QUEUE_STARTS_LATE, QUEUE_TOO_LONG -> "queue";
          case SGD_FOR_LARC, PROTOTYPES_NEVER_FROZEN -> "no_queue_frozen_then_larc";
          default -> "no_queue";
        };
    assertThrows(AssertionFailedError.class, () -> run(part, mistake));
  }

  @Test
  void theLearningRateOfEveryStep() {
    assertRates(0);
    assertThrows(AssertionFailedError.class, () -> assertRates(1));
  }

  /**
   * @param late steps that the warm-up is longer than it should be
   */
  private static void assertRates(int late) {
    JsonNode config = CONFIG.get("schedule");
    long perEpoch = config.get("iterations_per_epoch").asLong();
    RateSchedule.Cosine schedule =
        new RateSchedule.Cosine(
            config.get("base_lr").asDouble(),
            config.get("final_lr").asDouble(),
            config.get("warmup_epochs").asLong() * perEpoch + late,
            config.get("start_warmup").asDouble());
    double[] expected = values(EXPECTED.at("/schedule/learning_rate"));
    assertEquals(config.get("epochs").asLong() * perEpoch, expected.length);
    for (int step = 0; step < expected.length; step++) {
      double allowed = 1e-12 + 1e-9 * expected[step];
      assertEquals(expected[step], schedule.rate(step, expected.length), allowed, "step " + step);
    }
  }
}
