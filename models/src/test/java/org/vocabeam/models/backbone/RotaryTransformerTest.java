package org.vocabeam.models.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.models.Golden.assertClose;
import static org.vocabeam.models.Golden.names;
import static org.vocabeam.models.Golden.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Golden.Tolerance;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.backbone.VisionTransformer.Feature;
import org.vocabeam.models.backbone.VisionTransformer.FeedForward;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;

/** Transformers with rotary positions against DINOv3's formulas ({@code golden/vit_dinov3.py}). */
public class RotaryTransformerTest {
  private static final JsonNode GOLDEN = golden();
  private static final int STORAGE = 2;

  /** Returns the reference, which belongs to this test wherever other golden files are. */
  public static JsonNode golden() {
    try (InputStream in =
        RotaryTransformerTest.class.getResourceAsStream("/golden/vit_dinov3.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static VisionTransformer network(Positions positions) {
    return new VisionTransformer(
        /* patch= */ 4,
        /* width= */ 16,
        /* depth= */ 2,
        /* heads= */ 2,
        /* grid= */ 4,
        positions,
        FeedForward.MLP,
        STORAGE,
        /* layerScale= */ 1.0,
        Feature.CLASS_TOKEN,
        /* dropPath= */ 0);
  }

  /** Values of the weights, by our names and in our layout. */
  private static Map<String, float[]> weights() {
    Map<String, float[]> weights = new LinkedHashMap<>();
    JsonNode parameters = GOLDEN.at("/inputs/parameters");
    for (String name : names(parameters)) {
      if (!name.endsWith("bias_mask") && !name.endsWith("periods")) {
        weights.put(ours(name), ours(parameters.get(name)).floats());
      }
    }
    return weights;
  }

  private static String ours(String name) {
    return name.equals("storage_tokens") ? "register_tokens" : name;
  }

  private static Tensor ours(JsonNode node) {
    Tensor tensor = tensor(node);
    return tensor.shape().length == 2 && tensor.dim(0) == 1 ? tensor : tensor.kernel();
  }

  private static void check(String what, double[] expected, float[] actual, Tolerance tolerance) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    assertClose(
        what,
        expected,
        actual,
        new Tolerance(tolerance.relative(), tolerance.absolute() * Math.max(1, largest)));
  }

  private static Layers layers(Sandbox sandbox) {
    return new Layers(sandbox.tf(), sandbox.variables().scope(""), Mode.TRAINING);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void tokensOfImagesOfAnyShape(int size) {
    JsonNode expected = GOLDEN.at("/expected/by_image_size").get(size);
    try (Sandbox sandbox = new Sandbox()) {
      Features last =
          network(Positions.ROTARY)
              .features(
                  layers(sandbox),
                  sandbox.floats(tensor(GOLDEN.at("/inputs/images").get(size)).channelsLast()))
              .get("block2");
      assertEquals(
          weights().keySet().stream().filter(name -> !name.equals("mask_token")).sorted().toList(),
          sandbox.variables().specs().stream().map(spec -> spec.name()).sorted().toList());
      Map<String, float[]> weights = weights();
      weights.remove("mask_token");
      sandbox.write(weights);
      List<float[]> actual = sandbox.run(List.of(last.image(), last.map()));
      check(
          "class token",
          tensor(expected.get("x_norm_clstoken")).values(),
          actual.get(0),
          Golden.FLOAT32);
      check(
          "patches",
          tensor(expected.get("x_norm_patchtokens")).values(),
          actual.get(1),
          Golden.FLOAT32);
    }
  }

  @Test
  void maskedTokensAndGradients() {
    JsonNode inputs = GOLDEN.get("inputs");
    JsonNode expected = GOLDEN.get("expected");
    VisionTransformer network = network(Positions.ROTARY);
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Layers layers = layers(sandbox);
      Operand<TFloat32> tokens =
          network.tokens(
              layers,
              sandbox.floats(tensor(inputs.get("images").get(0)).channelsLast()),
              sandbox.floats(tensor(inputs.get("masks"))));
      List<Operand<TFloat32>> blocks =
          network.blocks(layers, tokens, network.rotation(tf, /* rows= */ 4, /* columns= */ 4));
      Operand<TFloat32> normed = layers.layerNorm(blocks.get(1), "norm", 1e-5f);
      Operand<TFloat32> loss =
          tf.sum(
              tf.math.mul(normed, sandbox.floats(tensor(inputs.get("weighting")))),
              tf.constant(new int[] {0, 1, 2}));
      JsonNode gradients = expected.get("masked_grad_parameters");
      Output<?>[] variables =
          names(gradients).stream()
              .map(name -> sandbox.variables().get(ours(name)).asOutput())
              .toArray(Output<?>[]::new);
      List<Operand<TFloat32>> fetched = new ArrayList<>(List.of(loss, normed));
      Stream.of(sandbox.graph().addGradients(loss.asOutput(), variables))
          .forEach(gradient -> fetched.add(gradient.expect(TFloat32.class)));
      sandbox.write(weights());
      List<float[]> actual = sandbox.run(fetched);
      check(
          "loss",
          new double[] {expected.get("masked_loss").asDouble()},
          actual.get(0),
          Golden.FLOAT32);
      double[] storage = tensor(expected.at("/masked/x_storage_tokens")).values();
      int width = network.width();
      check(
          "storage tokens",
          Arrays.copyOf(storage, STORAGE * width),
          Arrays.copyOfRange(actual.get(1), width, (1 + STORAGE) * width),
          Golden.FLOAT32);
      List<String> names = names(gradients);
      for (int i = 0; i < names.size(); i++) {
        double[] gradient = ours(gradients.get(names.get(i))).values();
        check("gradient of " + names.get(i), gradient, actual.get(2 + i), Golden.GRADIENT);
      }
    }
  }

  /** Without the rotation, patches that change places do not change the class token. */
  @Test
  void placesMatter() {
    float[] there = classToken(false);
    float[] swapped = classToken(true);
    double difference = 0;
    for (int i = 0; i < there.length; i++) {
      difference = Math.max(difference, Math.abs(there[i] - swapped[i]));
    }
    assertTrue(difference > 1e-2, "differs by " + difference);
  }

  private static float[] classToken(boolean turned) {
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> images =
          sandbox.floats(tensor(GOLDEN.at("/inputs/images").get(0)).channelsLast());
      // The upper half of the patches below the lower one.
      Operand<TFloat32> shown =
          turned
              ? tf.concat(List.of(part(tf, images, 8), part(tf, images, 0)), tf.constant(1))
              : images;
      Operand<TFloat32> image = network(Positions.ROTARY).embed(layers(sandbox), shown);
      Map<String, float[]> weights = weights();
      weights.remove("mask_token");
      sandbox.write(weights);
      return sandbox.run(image);
    }
  }

  private static Operand<TFloat32> part(Ops tf, Operand<TFloat32> images, int top) {
    return tf.slice(
        images, tf.constant(new int[] {0, top, 0, 0}), tf.constant(new int[] {-1, 8, -1, -1}));
  }

  @Test
  void theNetworksOfThePaper() {
    VisionTransformer small = (VisionTransformer) Backbones.named("vit-s16-dinov3", 224);
    assertEquals(List.of(16, 384, 12, 6, 4), shape(small));
    VisionTransformer base = (VisionTransformer) Backbones.named("vit-b16-dinov3", 224);
    assertEquals(List.of(16, 768, 12, 12, 4), shape(base));
    assertEquals(Positions.ROTARY, base.positions());
    assertEquals(4, ((VisionTransformer) Backbones.named("vit-s16-dinov3", 32)).patch());
    assertThrows(
        IllegalStateException.class, () -> network(Positions.ROTARY).positions().weights(4, 8));
  }

  private static List<Integer> shape(VisionTransformer net) {
    return List.of(net.patch(), net.width(), net.depth(), net.heads(), net.registers());
  }
}
