package org.vocabeam.models.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vocabeam.models.Golden.FLOAT32;
import static org.vocabeam.models.Golden.GRADIENT;
import static org.vocabeam.models.Golden.assertClose;
import static org.vocabeam.models.Golden.load;
import static org.vocabeam.models.Golden.names;
import static org.vocabeam.models.Golden.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.training.TrainingStep;

/** The building blocks of the backbones against torchvision and OBoW's code. */
class ResnetBlocksGoldenTest {

  static List<String> blocks() {
    return names(load("resnet_blocks").get("expected"));
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void blocksAreTheReference(String name) {
    check(name, false);
  }

  /** Even sizes at stride 2: TensorFlow's own "same" padding is another network. */
  @Test
  void unsymmetricPaddingIsRejected() {
    String strided =
        blocks().stream()
            .filter(n -> n.equals("resnet_basic_block_down"))
            .findFirst()
            .orElseThrow();
    assertThrows(AssertionError.class, () -> check(strided, true));
  }

  private static Operand<TFloat32> block(
      String name, Layers layers, Operand<TFloat32> x, JsonNode input, JsonNode expected) {
    Tensor y = tensor(expected.get("y"));
    Tensor parameter = tensor(input.get("x"));
    int stride = parameter.dim(2) == y.dim(2) ? 1 : 2;
    int channels = y.dim(1);
    JsonNode parameters = input.get("parameters");
    if (name.contains("stem")) {
      return ResNet.stem(layers, x, ResNet.Stem.IMAGENET, channels);
    }
    if (name.startsWith("wide_resnet")) {
      return WideResNet.block(layers, x, channels, stride);
    }
    ResNet.Block kind =
        parameters.has("conv3.weight") ? ResNet.Block.BOTTLENECK : ResNet.Block.BASIC;
    return ResNet.block(layers, x, kind, tensor(parameters.get("conv1.weight")).dim(0), stride);
  }

  private static void check(String name, boolean shifted) {
    JsonNode golden = load("resnet_blocks");
    JsonNode input = golden.get("inputs").get(name);
    JsonNode expected = golden.get("expected").get(name);
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Tensor pixels = tensor(input.get("x")).channelsLast();
      Operand<TFloat32> fed = sandbox.floats(pixels);
      Operand<TFloat32> x = shifted ? shift(tf, fed) : fed;
      // Inference first, while the statistics are still those that it is given.
      Operand<TFloat32> inference =
          block(
              name,
              new Layers(tf, sandbox.variables().scope(""), Mode.INFERENCE),
              x,
              input,
              expected);
      Operand<TFloat32> y =
          block(
              name,
              new Layers(tf, sandbox.variables().scope(""), Mode.TRAINING),
              x,
              input,
              expected);
      Operand<TFloat32> weighting =
          sandbox.floats(tensor(input.get("output_weighting")).channelsLast());
      Operand<TFloat32> total =
          tf.math.mul(
              Layers.meanOfAll(tf, tf.math.mul(y, weighting)),
              tf.constant((float) y.shape().size()));
      List<VariableSpec> trained = sandbox.variables().specs(Role.TRAINED);
      List<Operand<TFloat32>> gradients =
          TrainingStep.gradients(sandbox.graph(), sandbox.variables(), total, trained);
      Output<?>[] ofX =
          sandbox.graph().addGradients(total.asOutput(), new Output<?>[] {fed.asOutput()});
      Operand<TFloat32> move =
          tf.withControlDependencies(sandbox.variables().updates()).identity(tf.constant(0f));

      sandbox.initialize(0);
      sandbox.write(parameters(input.get("parameters")));
      assertEquals(
          names(input.get("parameters")).stream().sorted().toList(),
          trained.stream().map(VariableSpec::name).sorted().toList());
      assertClose(name, tensor(expected.get("y")).channelsLast().values(), sandbox.run(y), FLOAT32);
      assertClose(
          name + " gradient of x",
          tensor(expected.get("grad_x")).channelsLast().values(),
          sandbox.run(ofX[0].expect(TFloat32.class)),
          GRADIENT);
      for (int i = 0; i < trained.size(); i++) {
        String parameter = trained.get(i).name();
        assertClose(
            name + " gradient of " + parameter,
            tensor(expected.get("grad_parameters").get(parameter)).kernel().values(),
            sandbox.run(gradients.get(i)),
            GRADIENT);
      }
      sandbox.initialize(0);
      sandbox.write(parameters(input.get("parameters")));
      sandbox.run(move);
      JsonNode statistics = expected.get("running_statistics_after");
      for (String statistic : names(statistics)) {
        assertClose(
            name + " " + statistic,
            tensor(statistics.get(statistic)).values(),
            sandbox.read(statistic),
            FLOAT32);
      }
      assertClose(
          name + " in inference",
          tensor(expected.get("y_eval_mode_after")).channelsLast().values(),
          sandbox.run(inference),
          FLOAT32);
    }
  }

  /** One place to the lower right, as a padding of the end only would see the image. */
  private static Operand<TFloat32> shift(Ops tf, Operand<TFloat32> x) {
    int[] size = Arrays.stream(x.shape().asArray()).mapToInt(Math::toIntExact).toArray();
    return tf.slice(
        tf.pad(x, tf.constant(new int[][] {{0, 0}, {0, 1}, {0, 1}, {0, 0}}), tf.constant(0f)),
        tf.constant(new int[] {0, 1, 1, 0}),
        tf.constant(size));
  }

  private static Map<String, float[]> parameters(JsonNode of) {
    Map<String, float[]> values = new LinkedHashMap<>();
    names(of).forEach(name -> values.put(name, tensor(of.get(name)).kernel().floats()));
    return values;
  }
}
