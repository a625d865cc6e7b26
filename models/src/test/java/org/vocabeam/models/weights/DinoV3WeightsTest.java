package org.vocabeam.models.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.models.Golden.assertClose;
import static org.vocabeam.models.Golden.names;
import static org.vocabeam.models.Golden.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Golden.Tolerance;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Positions;
import org.vocabeam.models.backbone.RotaryTransformerTest;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.weights.ImportedWeights.Choice;

/** Weights of DINOv3 by the names of its authors' files. */
class DinoV3WeightsTest {
  private static final JsonNode GOLDEN = RotaryTransformerTest.golden();

  /** Two heads: the transformer of the golden file is 16 channels wide. */
  private static final Choice TWO_HEADS = new Choice(null, null, null, null, 2, false);

  @TempDir private Path folder;

  private Path written(Consumer<Map<String, SafetensorsWriter.Tensor>> change) throws IOException {
    Map<String, SafetensorsWriter.Tensor> tensors = new TreeMap<>();
    JsonNode parameters = GOLDEN.at("/inputs/parameters");
    for (String name : names(parameters)) {
      Tensor value = tensor(parameters.get(name));
      tensors.put(
          name,
          new SafetensorsWriter.Tensor(
              Arrays.stream(value.shape()).boxed().toList(), value.floats()));
    }
    change.accept(tensors);
    Path file = folder.resolve("dinov3.safetensors");
    SafetensorsWriter.write(file, Map.of("format", "pt"), tensors);
    return file;
  }

  private static void checkTokens(Path path) {
    JsonNode expected = GOLDEN.at("/expected/by_image_size").get(1);
    try (WeightFile file = WeightFile.open(path);
        Sandbox sandbox = new Sandbox()) {
      ImportedWeights found = ImportedWeights.of(file, TWO_HEADS);
      Operand<TFloat32> image =
          found
              .backbone()
              .embed(
                  new Layers(
                      sandbox.tf(), sandbox.variables().scope(Method.STUDENT), Mode.INFERENCE),
                  sandbox.floats(tensor(GOLDEN.at("/inputs/images").get(1)).channelsLast()));
      sandbox.initialize(0);
      sandbox.write(found.state());
      double[] values = tensor(expected.get("x_norm_clstoken")).values();
      double largest = Arrays.stream(values).map(Math::abs).max().orElseThrow();
      assertClose(
          "class token",
          values,
          sandbox.run(image),
          new Tolerance(Golden.FLOAT32.relative(), Golden.FLOAT32.absolute() * largest));
    }
  }

  @Test
  void theFileGivesItsTokens() throws IOException {
    checkTokens(written(tensors -> {}));
  }

  /** Renames and splits as Hugging Face's conversion of the authors' files does. */
  private static void asTransformers(Map<String, SafetensorsWriter.Tensor> tensors) {
    Map<String, SafetensorsWriter.Tensor> before = new TreeMap<>(tensors);
    tensors.clear();
    before.forEach(
        (name, tensor) -> {
          String renamed =
              name.replaceFirst("^(cls_token|mask_token)$", "embeddings.$1")
                  .replace("storage_tokens", "embeddings.register_tokens")
                  .replace("patch_embed.proj", "embeddings.patch_embeddings")
                  .replaceFirst("^blocks\\.(\\d+)\\.", "layer.$1.")
                  .replace("attn.proj", "attention.o_proj")
                  .replaceFirst("ls([12]).gamma", "layer_scale$1.lambda1")
                  .replace("fc1", "up_proj")
                  .replace("fc2", "down_proj");
          if (name.contains("qkv.weight") || name.endsWith("qkv.bias")) {
            for (int i = 0; i < 3; i++) {
              if (i != 1 || name.endsWith("weight")) {
                tensors.put(
                    renamed.replace("attn.qkv", "attention." + "qkv".charAt(i) + "_proj"),
                    third(tensor, i));
              }
            }
          } else if (!name.endsWith("bias_mask") && !name.endsWith("periods")) {
            tensors.put(renamed, tensor);
          }
        });
  }

  private static SafetensorsWriter.Tensor third(SafetensorsWriter.Tensor tensor, int i) {
    List<Long> shape = new ArrayList<>(tensor.shape());
    shape.set(0, shape.get(0) / 3);
    int size = tensor.values().length / 3;
    return new SafetensorsWriter.Tensor(
        shape, Arrays.copyOfRange(tensor.values(), i * size, (i + 1) * size));
  }

  @Test
  void theFileOfTransformersGivesTheSame() throws IOException {
    Path path = written(DinoV3WeightsTest::asTransformers);
    checkTokens(path);
    try (WeightFile file = WeightFile.open(path)) {
      ImportedWeights found = ImportedWeights.of(file, TWO_HEADS);
      assertEquals(NameTable.DINO_V3_TRANSFORMERS, found.names());
      assertEquals(
          List.of("embeddings.mask_token"),
          found.leftOver().stream().map(WeightTensor::name).toList());
    }
    String unkeyed =
        refused(
            written(
                tensors -> {
                  asTransformers(tensors);
                  tensors.remove("layer.1.attention.k_proj.weight");
                }));
    assertTrue(unkeyed.contains("lacks 1 of the network's"), unkeyed);
    String gated =
        refused(
            written(
                tensors -> {
                  asTransformers(tensors);
                  tensors.put(
                      "layer.0.mlp.gate_proj.weight",
                      new SafetensorsWriter.Tensor(List.of(2L), new float[2]));
                }));
    assertTrue(gated.contains("layer.0.mlp.gate_proj.weight"), gated);
  }

  @Test
  void theNetworkIsKnownByItsNames() throws IOException {
    try (WeightFile file = WeightFile.open(written(tensors -> {}))) {
      ImportedWeights found = ImportedWeights.of(file, TWO_HEADS);
      VisionTransformer net = (VisionTransformer) found.backbone();
      assertEquals(Positions.ROTARY, net.positions());
      assertEquals(2, net.registers());
      assertEquals(2, net.depth());
      assertEquals(new ImageShape(224, 224, 3), found.images());
      assertEquals(List.of(), found.missing());
      assertEquals(
          List.of(
              "blocks.0.attn.qkv.bias_mask",
              "blocks.1.attn.qkv.bias_mask",
              "mask_token",
              "rope_embed.periods"),
          found.leftOver().stream().map(WeightTensor::name).sorted().toList());
    }
  }

  private static String refused(Path path) {
    try (WeightFile file = WeightFile.open(path)) {
      return assertThrows(UserError.class, () -> ImportedWeights.of(file, TWO_HEADS)).getMessage();
    }
  }

  /** Other periods, biased keys, gated layers: what would compute something else. */
  @Test
  void otherTransformersAreRefused() throws IOException {
    String periods = refused(written(t -> t.get("rope_embed.periods").values()[1] = 100));
    assertTrue(periods.contains("rope_embed.periods has 100.0 at 1, must be 10.0"), periods);
    String biased = refused(written(t -> t.get("blocks.1.attn.qkv.bias_mask").values()[20] = 1));
    assertTrue(biased.contains("bias_mask has 1.0 at 20, must be 0.0"), biased);
    String gated =
        refused(
            written(
                t ->
                    t.put(
                        "blocks.0.mlp.w1.weight",
                        new SafetensorsWriter.Tensor(List.of(2L), new float[2]))));
    assertTrue(gated.contains("blocks.0.mlp.w1.weight"), gated);
    String unplaced = refused(written(t -> t.remove("rope_embed.periods")));
    assertTrue(unplaced.contains("neither learned positions"), unplaced);
  }
}
