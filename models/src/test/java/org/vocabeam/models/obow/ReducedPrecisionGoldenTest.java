package org.vocabeam.models.obow;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.models.Golden.FLOAT32;
import static org.vocabeam.models.Golden.assertClose;
import static org.vocabeam.models.Golden.load;
import static org.vocabeam.models.Golden.names;
import static org.vocabeam.models.Golden.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.training.TrainingStep;

/**
 * Student's side of an OBoW step, and the assignment, in reduced precision: how far features, loss
 * and gradients may be from those of float64, and how far they must be.
 */
class ReducedPrecisionGoldenTest {
  private static final JsonNode GOLDEN = load("mixed_precision");
  private static final String GENERATOR = "generator.";

  private static final Backbone BACKBONE =
      new ResNet(
          ResNet.Block.BASIC, List.of(1, 1), GOLDEN.at("/config/width").asInt(), ResNet.Stem.SMALL);

  /** Names of the file's predictor, without its number of levels, and ours. */
  private static final Map<String, String> PREDICTOR =
      Map.of(
          "b0_fc.weight", "fc.weight",
          "b0_bn.weight", "bn.weight",
          "b0_bn.bias", "bn.bias",
          "b0_last_layer.weight", "last.weight",
          "b0_last_layer.bias", "last.bias");

  private static String name(String golden) {
    String predictor = PREDICTOR.get(golden.replace("layers_w.0.", ""));
    return predictor == null ? golden : GENERATOR + predictor;
  }

  /** Values of a step by name; gradients by the name of their parameter. */
  private record Step(Map<String, float[]> values, Map<String, float[]> gradients) {}

  private static Step step(Precision precision) {
    JsonNode inputs = GOLDEN.get("inputs");
    JsonNode config = GOLDEN.get("config");
    try (Sandbox sandbox = new Sandbox(precision)) {
      Ops tf = sandbox.tf();
      Layers student = new Layers(tf, sandbox.variables().scope(""), Mode.TRAINING);
      Layers generator = new Layers(tf, sandbox.variables().scope(GENERATOR), Mode.TRAINING);
      Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();
      values.putAll(BACKBONE.maps(student, sandbox.floats(tensor(inputs.get("x")).channelsLast())));
      Operand<TFloat32> pooled = student.globalAveragePool(values.get("layer2"));
      values.put("pooled", pooled);
      Operand<TFloat32> weights =
          WordToWeight.generate(
              generator, sandbox.floats(tensor(inputs.get("words"))), config.get("D").asInt());
      Operand<TFloat32> logits =
          WordToWeight.logits(generator, pooled, weights, config.get("kappa").asDouble());
      values.put("logits", logits);
      Operand<TFloat32> loss =
          BagLoss.divergence(tf, logits, sandbox.floats(tensor(inputs.get("bow_target"))));
      values.put("loss", loss);

      Map<String, float[]> state = new LinkedHashMap<>();
      for (String part : List.of("network", "predictor")) {
        for (String parameter : names(inputs.get(part))) {
          state.put(name(parameter), tensor(inputs.get(part).get(parameter)).kernel().floats());
        }
      }
      sandbox.initialize(1);
      sandbox.write(state);
      // The file's loss scale in float16; in the others it changes nothing.
      float scale = (float) config.get("float16_loss_scale").asDouble();
      List<VariableSpec> trained = sandbox.variables().specs(Role.TRAINED);
      List<Operand<TFloat32>> fetched = new ArrayList<>(values.values());
      fetched.addAll(
          TrainingStep.gradients(
              sandbox.graph(),
              sandbox.variables(),
              tf.math.mul(loss, tf.constant(scale)),
              trained));
      List<float[]> run = sandbox.run(fetched);
      Map<String, float[]> computed = new LinkedHashMap<>();
      for (String name : values.keySet()) {
        computed.put(name, run.get(computed.size()));
      }
      Map<String, float[]> gradients = new LinkedHashMap<>();
      for (VariableSpec parameter : trained) {
        float[] gradient = run.get(values.size() + gradients.size());
        IntStream.range(0, gradient.length).forEach(i -> gradient[i] /= scale);
        gradients.put(parameter.name(), gradient);
      }
      return new Step(computed, gradients);
    }
  }

  private static JsonNode mode(Precision precision) {
    String name = precision.name().toLowerCase(Locale.ROOT) + "_inputs_and_outputs";
    return GOLDEN.at("/expected/modes/" + name);
  }

  /** Returns the largest difference divided by the largest value. */
  private static double error(double[] expected, float[] actual) {
    double difference = 0;
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    return difference / largest;
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  /** Returns the length of the difference of all gradients, divided by that of all. */
  private static double gradientError(Step exact, Step reduced) {
    double difference = 0;
    double length = 0;
    for (String parameter : exact.gradients().keySet()) {
      float[] a = exact.gradients().get(parameter);
      float[] b = reduced.gradients().get(parameter);
      for (int i = 0; i < a.length; i++) {
        difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
        length += (double) a[i] * a[i];
      }
    }
    return Math.sqrt(difference / length);
  }

  /** Values that the file has not for all levels and parameters are those of this step. */
  @Test
  void float32IsNearFloat64() {
    Step exact = step(Precision.FLOAT32);
    JsonNode expected = GOLDEN.at("/expected/float64");
    for (String name : List.of("pooled", "logits")) {
      assertClose(name, tensor(expected.get(name)).values(), exact.values().get(name), FLOAT32);
    }
    assertClose("loss", expected.get("loss").asDouble(), exact.values().get("loss")[0], FLOAT32);
    for (String parameter : names(expected.get("grad"))) {
      assertClose(
          parameter,
          tensor(expected.get("grad").get(parameter)).kernel().values(),
          exact.gradients().get(name(parameter)),
          Golden.GRADIENT);
    }
  }

  private static void check(JsonNode bound, Step exact, Step reduced) {
    JsonNode expected = GOLDEN.at("/expected/float64");
    for (String name : List.of("layer1", "layer2", "pooled", "logits", "loss")) {
      double[] of =
          switch (name) {
            case "loss" -> new double[] {expected.get("loss").asDouble()};
            case "pooled", "logits" -> tensor(expected.get(name)).values();
            default -> doubles(exact.values().get(name));
          };
      double error = error(of, reduced.values().get(name));
      assertTrue(error <= bound.get(name).asDouble(), name + ": " + error);
    }
    double error = gradientError(exact, reduced);
    assertTrue(error <= bound.get("all_gradients").asDouble(), "gradients: " + error);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FLOAT32")
  void stepsStayWithinTheBoundsOfTheirPrecision(Precision precision) {
    Step exact = step(Precision.FLOAT32);
    Step reduced = step(precision);
    check(mode(precision).get("bound"), exact, reduced);
    for (String name : List.of("pooled", "logits")) {
      double[] expected = tensor(GOLDEN.at("/expected/float64/" + name)).values();
      double least = mode(precision).at("/error_median_of_draws/" + name).asDouble() / 10;
      double error = error(expected, reduced.values().get(name));
      assertTrue(error >= least, name + " is too exact for " + precision + ": " + error);
    }
  }

  /** Eight bits of significand are outside of the bounds of eleven. */
  @Test
  void bfloat16IsNotWithinTheBoundsOfFloat16() {
    Step exact = step(Precision.FLOAT32);
    Step reduced = step(Precision.BFLOAT16);
    assertThrows(
        AssertionError.class, () -> check(mode(Precision.FLOAT16).get("bound"), exact, reduced));
  }

  /** A reduced product would move the bags by up to a tenth: distances are float32. */
  @ParameterizedTest
  @EnumSource
  void bagsAreThoseOfFloat64(Precision precision) {
    JsonNode config = GOLDEN.get("config");
    try (Sandbox sandbox = new Sandbox(precision)) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> map =
          VisualWords.cropBorder(
              tf, sandbox.floats(tensor(GOLDEN.at("/inputs/teacher_features")).channelsLast()), 1);
      Operand<TFloat32> codes =
          VisualWords.assign(
              tf,
              VisualWords.squaredDistances(
                  tf, map, sandbox.floats(tensor(GOLDEN.at("/inputs/words")))),
              tf.constant((float) config.get("running_distance").asDouble()),
              config.get("inv_delta").asDouble());
      assertClose(
          "bags",
          tensor(GOLDEN.at("/expected/float64/bow_target_of_teacher")).values(),
          sandbox.run(
              VisualWords.reduce(tf, codes, config.get("B").asInt(), VisualWords.Reduction.MAX)),
          FLOAT32);
    }
  }
}
