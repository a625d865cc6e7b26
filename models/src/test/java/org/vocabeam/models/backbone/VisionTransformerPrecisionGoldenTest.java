package org.vocabeam.models.backbone;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.models.Golden.load;
import static org.vocabeam.models.Golden.names;
import static org.vocabeam.models.Golden.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.training.TrainingStep;

/** A vision transformer in reduced precision: how far it may be from float64, and must be. */
class VisionTransformerPrecisionGoldenTest {
  private static final JsonNode BOUNDS = load("mixed_precision");
  private static final JsonNode GOLDEN = load("vit");

  private static final VisionTransformer NETWORK =
      new VisionTransformer(
          GOLDEN.at("/config/patch_size").asInt(),
          GOLDEN.at("/config/embed_dim").asInt(),
          GOLDEN.at("/config/depth").asInt(),
          GOLDEN.at("/config/num_heads").asInt(),
          GOLDEN.at("/config/img_size").asInt() / GOLDEN.at("/config/patch_size").asInt(),
          Positions.OFFSET,
          VisionTransformer.FeedForward.MLP,
          /* registers= */ 0,
          /* layerScale= */ null,
          VisionTransformer.Feature.CLASS_TOKEN,
          /* dropPath= */ 0);

  private static Map<String, Double> errors(Precision precision) {
    JsonNode inputs = GOLDEN.get("inputs");
    JsonNode parameters = inputs.get("parameters");
    try (Sandbox sandbox = new Sandbox(precision)) {
      Ops tf = sandbox.tf();
      Layers layers = new Layers(tf, sandbox.variables().scope(""), Mode.TRAINING);
      Features last =
          NETWORK
              .features(layers, sandbox.floats(tensor(inputs.get("images")).channelsLast()))
              .get(NETWORK.lastLevel());
      Tensor patches = tensor(inputs.get("weighting_patches"));
      Operand<TFloat32> map = tf.reshape(last.map(), tf.constant(patches.shape()));
      Operand<TFloat32> loss =
          tf.math.add(
              tf.sum(
                  tf.math.mul(last.image(), sandbox.floats(tensor(inputs.get("weighting_cls")))),
                  tf.constant(new int[] {0, 1})),
              tf.sum(tf.math.mul(map, sandbox.floats(patches)), tf.constant(new int[] {0, 1, 2})));
      // The file's loss scale in float16; in the others it changes nothing.
      double scale = BOUNDS.at("/config/float16_loss_scale").asDouble();
      List<VariableSpec> trained = sandbox.variables().specs();
      List<Operand<TFloat32>> fetched = new ArrayList<>(List.of(last.image(), map));
      fetched.addAll(
          TrainingStep.gradients(
              sandbox.graph(),
              sandbox.variables(),
              tf.math.mul(loss, tf.constant((float) scale)),
              trained));
      Map<String, float[]> state = new LinkedHashMap<>();
      names(parameters).forEach(p -> state.put(p, tensor(parameters.get(p)).kernel().floats()));
      sandbox.write(state);
      List<float[]> actual = sandbox.run(fetched);

      double[] image = tensor(GOLDEN.at("/expected/after_norm/cls")).values();
      double[] cells = tensor(GOLDEN.at("/expected/after_norm/patches")).values();
      double largest = Math.max(largest(image), largest(cells));
      Map<String, Double> errors = new LinkedHashMap<>();
      errors.put("cls", difference(image, actual.get(0)) / largest(image));
      errors.put(
          "tokens_after_norm",
          Math.max(difference(image, actual.get(0)), difference(cells, actual.get(1))) / largest);
      double squares = 0;
      double differences = 0;
      for (VariableSpec parameter : trained) {
        float[] gradient = actual.get(2 + trained.indexOf(parameter));
        double[] expected =
            tensor(GOLDEN.at("/expected/grad_parameters").get(parameter.name())).kernel().values();
        for (int i = 0; i < expected.length; i++) {
          squares += expected[i] * expected[i];
          differences += Math.pow(gradient[i] / scale - expected[i], 2);
        }
      }
      errors.put("all_gradients", Math.sqrt(differences / squares));
      return errors;
    }
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElseThrow();
  }

  private static double difference(double[] expected, float[] actual) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i] - actual[i]));
    }
    return largest;
  }

  private static JsonNode mode(Precision precision) {
    String name = precision.name().toLowerCase(Locale.ROOT) + "_inputs_and_outputs";
    return BOUNDS.at("/expected/modes/" + name + "/vit");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FLOAT32")
  void tokensAndGradientsStayWithinTheBoundsOfTheirPrecision(Precision precision) {
    Map<String, Double> errors = errors(precision);
    errors.forEach(
        (name, error) ->
            assertTrue(
                error <= mode(precision).get("bound").get(name).asDouble(), name + ": " + error));
    for (String name : List.of("cls", "tokens_after_norm")) {
      double least = mode(precision).get("error_here").get(name).asDouble() / 10;
      assertTrue(errors.get(name) >= least, name + " is too exact: " + errors.get(name));
    }
  }

  @Test
  void float32IsFarInsideOfTheBoundsOfTheOthers() {
    errors(Precision.FLOAT32)
        .forEach((name, error) -> assertTrue(error < 1e-5, name + ": " + error));
  }

  @Test
  void bfloat16IsNotWithinTheBoundsOfFloat16() {
    Map<String, Double> errors = errors(Precision.BFLOAT16);
    assertTrue(
        errors.get("tokens_after_norm")
            > mode(Precision.FLOAT16).at("/bound/tokens_after_norm").asDouble());
  }
}
