package org.vocabeam.models.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vocabeam.models.Golden.assertClose;
import static org.vocabeam.models.Golden.names;
import static org.vocabeam.models.Golden.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
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
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.backbone.ResNet.Block;
import org.vocabeam.models.backbone.ResNet.Stem;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;

/** Residual blocks against those of torchvision and of OBoW's wide residual network. */
class ResnetBlocksGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("resnet_blocks");

  /** One block as the file describes it by its parameters and shapes. */
  private record Part(JsonNode parameters, Tensor x, Tensor y) {
    static Part of(String name) {
      JsonNode inputs = GOLDEN.get("inputs").get(name);
      return new Part(
          inputs.get("parameters"),
          tensor(inputs.get("x")).channelsLast(),
          tensor(GOLDEN.get("expected").get(name).get("y")).channelsLast());
    }

    private int stride() {
      return x.dim(1) == y.dim(1) && x.dim(2) == y.dim(2) ? 1 : 2;
    }

    private Stem stem() {
      if (tensor(parameters.get("conv1.weight")).dim(2) == 7) {
        return Stem.IMAGENET;
      }
      return stride() == 1 ? Stem.SMALL : Stem.SMALL_STRIDED;
    }

    Operand<TFloat32> author(Layers layers, Operand<TFloat32> input) {
      if (parameters.has("convResidual.conv1.weight")) {
        return WideResNet.block(layers, input, y.dim(3), stride());
      }
      if (!parameters.has("conv2.weight")) {
        return ResNet.stem(layers, input, stem(), y.dim(3));
      }
      Block block = parameters.has("conv3.weight") ? Block.BOTTLENECK : Block.BASIC;
      int planes = tensor(parameters.get("conv1.weight")).dim(0);
      return ResNet.block(layers, input, block, planes, stride());
    }
  }

  static List<String> blocks() {
    return names(GOLDEN.get("expected"));
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void forwardGradientsAndStatistics(String name) {
    Part part = Part.of(name);
    JsonNode expected = GOLDEN.get("expected").get(name);
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> x = sandbox.floats(part.x());
      // In inference mode first: a training pass moves the statistics that later readers see.
      Operand<TFloat32> inferred =
          part.author(new Layers(tf, sandbox.variables().scope(""), Mode.INFERENCE), x);
      Operand<TFloat32> y =
          part.author(new Layers(tf, sandbox.variables().scope(""), Mode.TRAINING), x);
      Operand<TFloat32> weighting =
          sandbox.floats(
              tensor(GOLDEN.get("inputs").get(name).get("output_weighting")).channelsLast());
      Operand<TFloat32> objective =
          tf.sum(tf.math.mul(y, weighting), tf.constant(new int[] {0, 1, 2, 3}));

      List<VariableSpec> trained = sandbox.variables().specs(Role.TRAINED);
      assertEquals(
          names(part.parameters()).stream().sorted().toList(),
          trained.stream().map(VariableSpec::name).sorted().toList());
      List<Output<?>> sources = new ArrayList<>(List.of(x.asOutput()));
      trained.forEach(v -> sources.add(sandbox.variables().get(v.name()).asOutput()));
      List<Operand<TFloat32>> outputs = new ArrayList<>(List.of(y));
      for (Output<?> gradient :
          sandbox.graph().addGradients(objective.asOutput(), sources.toArray(Output<?>[]::new))) {
        outputs.add(gradient.expect(TFloat32.class));
      }
      Operand<TFloat32> moved =
          tf.withControlDependencies(sandbox.variables().updates()).identity(y);
      outputs.set(0, moved);

      sandbox.initialize(0);
      Map<String, float[]> values = new LinkedHashMap<>();
      names(part.parameters())
          .forEach(p -> values.put(p, tensor(part.parameters().get(p)).kernel().floats()));
      sandbox.write(values);

      List<float[]> actual = sandbox.run(outputs);
      assertClose("y", part.y().values(), actual.get(0), Golden.FLOAT32);
      assertClose(
          "gradient of x",
          tensor(expected.get("grad_x")).channelsLast().values(),
          actual.get(1),
          Golden.GRADIENT);
      for (int i = 0; i < trained.size(); i++) {
        String parameter = trained.get(i).name();
        assertClose(
            "gradient of " + parameter,
            tensor(expected.get("grad_parameters").get(parameter)).kernel().values(),
            actual.get(i + 2),
            Golden.GRADIENT);
      }
      JsonNode statistics = expected.get("running_statistics_after");
      assertEquals(
          names(statistics).stream().sorted().toList(),
          sandbox.variables().specs(Role.STATISTIC).stream()
              .map(VariableSpec::name)
              .sorted()
              .toList());
      for (String statistic : names(statistics)) {
        assertClose(
            statistic,
            tensor(statistics.get(statistic)).values(),
            sandbox.read(statistic),
            Golden.FLOAT32);
      }
      assertClose(
          "y in inference mode",
          tensor(expected.get("y_eval_mode_after")).channelsLast().values(),
          sandbox.run(inferred),
          Golden.FLOAT32);
    }
  }

  @Test
  void constantsOfBatchNorm() {
    JsonNode config = GOLDEN.get("config");
    assertEquals(config.get("bn_eps").asDouble(), Layers.EPSILON, 1e-12);
    assertEquals(config.get("bn_momentum").asDouble(), Layers.RUNNING_MOMENTUM, 1e-8);
  }
}
