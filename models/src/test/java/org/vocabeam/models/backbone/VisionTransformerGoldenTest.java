package org.vocabeam.models.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.models.Golden.assertClose;
import static org.vocabeam.models.Golden.names;
import static org.vocabeam.models.Golden.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Golden.Tolerance;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.backbone.VisionTransformer.Feature;
import org.vocabeam.models.backbone.VisionTransformer.FeedForward;
import org.vocabeam.models.graph.Attention;
import org.vocabeam.models.graph.Constants;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;

/** Vision transformers against those of DINO, DINOv2 and torchvision. */
class VisionTransformerGoldenTest {
  private static final JsonNode DINO = Golden.load("vit");
  private static final JsonNode DINO_V2 = Golden.load("vit_dinov2");
  private static final JsonNode TORCHVISION = Golden.load("vit_torchvision");

  /** Tolerance of transformers, for tensors whose largest value is above 1. */
  private static Tolerance scaled(Tolerance tolerance, double[] expected) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    return new Tolerance(tolerance.relative(), tolerance.absolute() * Math.max(1, largest));
  }

  private static void check(String what, JsonNode expected, float[] actual) {
    check(what, tensor(expected).values(), actual, Golden.FLOAT32);
  }

  private static void check(String what, double[] expected, float[] actual, Tolerance tolerance) {
    assertClose(what, expected, actual, scaled(tolerance, expected));
  }

  private static VisionTransformer network(JsonNode config) {
    return new VisionTransformer(
        config.get("patch_size").asInt(),
        config.get("embed_dim").asInt(),
        config.get("depth").asInt(),
        config.get("num_heads").asInt(),
        config.get("img_size").asInt() / config.get("patch_size").asInt(),
        Positions.OFFSET,
        FeedForward.MLP,
        /* registers= */ 0,
        /* layerScale= */ null,
        Feature.CLASS_TOKEN,
        /* dropPath= */ 0.5);
  }

  private static VisionTransformer network(JsonNode config, JsonNode form) {
    VisionTransformer plain = network(config);
    boolean antialiased = form.get("interpolate_antialias").asBoolean();
    assertEquals(antialiased ? 0 : 0.1, form.get("interpolate_offset").asDouble());
    assertEquals(0, form.get("block_chunks").asInt());
    return new VisionTransformer(
        plain.patch(),
        plain.width(),
        plain.depth(),
        plain.heads(),
        plain.grid(),
        antialiased ? Positions.ANTIALIASED : Positions.OFFSET,
        form.get("ffn_layer").asText().startsWith("swiglu") ? FeedForward.SWIGLU : FeedForward.MLP,
        form.get("num_register_tokens").asInt(),
        /* layerScale= */ 1.0,
        Feature.CLASS_TOKEN,
        /* dropPath= */ 0);
  }

  /** A network on the inputs of a file, with its parameters. */
  private static final class Forward implements AutoCloseable {
    private final Sandbox sandbox = new Sandbox();
    private final VisionTransformer network;
    private final Ops tf = sandbox.tf();
    private final Layers layers = new Layers(tf, sandbox.variables().scope(""), Mode.TRAINING);
    private final Map<String, float[]> parameters = new LinkedHashMap<>();

    Forward(VisionTransformer network, JsonNode... parameters) {
      this.network = network;
      for (JsonNode some : parameters) {
        names(some).forEach(p -> this.parameters.put(p, value(some.get(p)).floats()));
      }
    }

    Operand<TFloat32> images(JsonNode images) {
      return sandbox.floats(tensor(images).channelsLast());
    }

    Operand<TFloat32> normed(List<Operand<TFloat32>> blocks) {
      return layers.layerNorm(blocks.get(blocks.size() - 1), "norm");
    }

    /** Returns tokens {@code first} to {@code first + count - 1}. */
    Operand<TFloat32> some(Operand<TFloat32> tokens, int first, long count) {
      return tf.slice(
          tokens,
          tf.constant(new int[] {0, first, 0}),
          tf.constant(new int[] {-1, (int) count, network.width()}));
    }

    Operand<TFloat32> classToken(Operand<TFloat32> tokens) {
      return some(tokens, 0, 1);
    }

    Operand<TFloat32> patches(Operand<TFloat32> tokens) {
      int first = 1 + network.registers();
      return some(tokens, first, tokens.shape().get(1) - first);
    }

    /** Authors the objective of a file: its weighting of the class token and the patches. */
    Operand<TFloat32> objective(Operand<TFloat32> normed, JsonNode weighting) {
      Tensor classToken = tensor(weighting.get("weighting_cls"));
      Tensor patches = tensor(weighting.get("weighting_patches"));
      Operand<TFloat32> first =
          sandbox.floats(classToken.floats(), classToken.dim(0), 1, classToken.dim(1));
      return tf.math.add(
          weighted(classToken(normed), first), weighted(patches(normed), sandbox.floats(patches)));
    }

    private Operand<TFloat32> weighted(Operand<TFloat32> x, Operand<TFloat32> weighting) {
      return tf.sum(tf.math.mul(x, weighting), tf.constant(new int[] {0, 1, 2}));
    }

    List<Operand<TFloat32>> gradients(Operand<TFloat32> objective, Output<?>... x) {
      List<Operand<TFloat32>> gradients = new ArrayList<>();
      for (Output<?> gradient : sandbox.graph().addGradients(objective.asOutput(), x)) {
        gradients.add(gradient.expect(TFloat32.class));
      }
      return gradients;
    }

    Output<?> parameter(String name) {
      return sandbox.variables().get(name).asOutput();
    }

    List<float[]> run(List<Operand<TFloat32>> outputs) {
      sandbox.write(parameters);
      return sandbox.run(outputs);
    }

    @Override
    public void close() {
      sandbox.close();
    }
  }

  /** Linear weights and kernels as here; a table of one row of tokens as it is. */
  private static Tensor value(JsonNode node) {
    Tensor tensor = tensor(node);
    return tensor.shape().length == 2 && tensor.dim(0) == 1 ? tensor : tensor.kernel();
  }

  private static void assertParameters(JsonNode expected, Forward forward) {
    assertEquals(
        names(expected).stream().sorted().toList(),
        forward.sandbox.variables().specs(Role.TRAINED).stream()
            .map(VariableSpec::name)
            .sorted()
            .toList());
  }

  @Test
  void tokensAfterEveryBlock() {
    JsonNode expected = DINO.get("expected");
    try (Forward forward =
        new Forward(network(DINO.get("config")), DINO.at("/inputs/parameters"))) {
      Operand<TFloat32> tokens =
          forward.network.tokens(forward.layers, forward.images(DINO.at("/inputs/images")));
      List<Operand<TFloat32>> blocks = forward.network.blocks(forward.layers, tokens);
      Operand<TFloat32> normed = forward.normed(blocks);
      Layers last = forward.layers.in("blocks." + (blocks.size() - 1));
      List<Operand<TFloat32>> fetched = new ArrayList<>(List.of(tokens));
      fetched.add(
          Attention.of(
                  last.in("attn"),
                  last.layerNorm(blocks.get(blocks.size() - 2), "norm1"),
                  forward.network.heads())
              .weights());
      List<Operand<TFloat32>> parted = new ArrayList<>(blocks);
      parted.add(normed);
      parted.forEach(t -> fetched.addAll(List.of(forward.classToken(t), forward.patches(t))));
      List<float[]> actual = forward.run(fetched);
      assertParameters(DINO.at("/inputs/parameters"), forward);
      check("tokens", expected.get("tokens_before_blocks"), actual.get(0));
      check("attention", expected.get("last_attention"), actual.get(1));
      for (int i = 0; i <= blocks.size(); i++) {
        JsonNode after =
            i < blocks.size() ? expected.get("after_block").get(i) : expected.get("after_norm");
        check("class token after " + i, after.get("cls"), actual.get(2 + 2 * i));
        check("patches after " + i, after.get("patches"), actual.get(3 + 2 * i));
      }
    }
  }

  @Test
  void gradientsOfParametersAndImages() {
    JsonNode expected = DINO.get("expected");
    JsonNode parameters = DINO.at("/inputs/parameters");
    try (Forward forward = new Forward(network(DINO.get("config")), parameters)) {
      Operand<TFloat32> images = forward.images(DINO.at("/inputs/images"));
      Operand<TFloat32> loss =
          forward.objective(
              forward.normed(
                  forward.network.blocks(
                      forward.layers, forward.network.tokens(forward.layers, images))),
              DINO.get("inputs"));
      List<Output<?>> sources = new ArrayList<>(List.of(images.asOutput()));
      names(parameters).forEach(p -> sources.add(forward.parameter(p)));
      List<Operand<TFloat32>> fetched = new ArrayList<>(List.of(loss));
      fetched.addAll(forward.gradients(loss, sources.toArray(Output<?>[]::new)));
      List<float[]> actual = forward.run(fetched);
      check("loss", new double[] {expected.get("loss").asDouble()}, actual.get(0), Golden.FLOAT32);
      check(
          "gradient of images",
          tensor(expected.get("grad_images")).channelsLast().values(),
          actual.get(1),
          Golden.GRADIENT);
      for (String p : names(parameters)) {
        check(
            "gradient of " + p,
            value(expected.get("grad_parameters").get(p)).values(),
            actual.get(2 + names(parameters).indexOf(p)),
            Golden.GRADIENT);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void imagesOfOtherSizesHaveResizedPositions(int i) {
    JsonNode inputs = DINO.at("/inputs/other_sizes").get(i);
    JsonNode expected = DINO.at("/expected/other_sizes").get(i);
    try (Forward forward =
        new Forward(network(DINO.get("config")), DINO.at("/inputs/parameters"))) {
      Operand<TFloat32> images = forward.images(inputs.get("images"));
      Operand<TFloat32> normed =
          forward.normed(
              forward.network.blocks(
                  forward.layers, forward.network.tokens(forward.layers, images)));
      Operand<TFloat32> loss = forward.objective(normed, inputs);
      List<Operand<TFloat32>> fetched =
          new ArrayList<>(List.of(forward.classToken(normed), forward.patches(normed), loss));
      fetched.addAll(
          forward.gradients(loss, forward.parameter("pos_embed"), forward.parameter("cls_token")));
      List<float[]> actual = forward.run(fetched);
      check("class token", expected.at("/after_norm/cls"), actual.get(0));
      check("patches", expected.at("/after_norm/patches"), actual.get(1));
      check("loss", new double[] {expected.get("loss").asDouble()}, actual.get(2), Golden.FLOAT32);
      check(
          "gradient of positions",
          tensor(expected.get("grad_pos_embed")).values(),
          actual.get(3),
          Golden.GRADIENT);
      check(
          "gradient of the class token",
          tensor(expected.get("grad_cls_token")).values(),
          actual.get(4),
          Golden.GRADIENT);
    }
  }

  /** Returns a class token and patches after the last norm, of a graph that was changed. */
  private static float[] changed(
      VisionTransformer network, JsonNode images, UnaryOperator<GraphDef> change) {
    TensorFlowNative.load();
    Map<String, float[]> state = new LinkedHashMap<>();
    JsonNode parameters = DINO.at("/inputs/parameters");
    names(parameters).forEach(p -> state.put(p, value(parameters.get(p)).floats()));
    Tensor pixels = tensor(images).channelsLast();
    try (Graph graph = new Graph();
        Graph other = new Graph()) {
      Ops tf = Ops.create(graph);
      Layers layers = new Layers(tf, new Constants(tf, "", state), Mode.INFERENCE);
      Operand<TFloat32> x = tf.constant(Shape.of(pixels.shape()), DataBuffers.of(pixels.floats()));
      List<Operand<TFloat32>> blocks = network.blocks(layers, network.tokens(layers, x));
      String normed = layers.layerNorm(blocks.get(blocks.size() - 1), "norm").op().name();
      other.importGraphDef(change.apply(graph.toGraphDef()));
      try (Session session = new Session(other);
          Result result = session.runner().fetch(normed).run()) {
        float[] tokens = new float[(int) result.get(0).size()];
        ((TFloat32) result.get(0)).copyTo(DataBuffers.of(tokens));
        return tokens;
      }
    }
  }

  /** Returns class token and patches, image by image, as a network gives them. */
  private static double[] tokens(JsonNode normed) {
    Tensor classToken = tensor(normed.get("cls"));
    Tensor patches = tensor(normed.get("patches"));
    int images = classToken.dim(0);
    return IntStream.range(0, images)
        .boxed()
        .flatMapToDouble(
            i ->
                DoubleStream.concat(
                    part(classToken.values(), i, images), part(patches.values(), i, images)))
        .toArray();
  }

  private static DoubleStream part(double[] values, int i, int parts) {
    int size = values.length / parts;
    return Arrays.stream(values, i * size, (i + 1) * size);
  }

  /** Returns the largest difference in multiples of the tolerance. */
  private static double shift(double[] expected, float[] actual) {
    Tolerance tolerance = scaled(Golden.FLOAT32, expected);
    return IntStream.range(0, expected.length)
        .mapToDouble(
            i ->
                Math.abs(expected[i] - actual[i])
                    / (tolerance.absolute() + tolerance.relative() * Math.abs(expected[i])))
        .max()
        .orElseThrow();
  }

  private static NodeDef.Builder node(String operation, String name, String... inputs) {
    return NodeDef.newBuilder()
        .setOp(operation)
        .setName(name)
        .addAllInput(List.of(inputs))
        .putAttr("T", AttrValue.newBuilder().setType(DataType.DT_FLOAT).build());
  }

  private static NodeDef scalar(String name, double value) {
    return NodeDef.newBuilder()
        .setOp("Const")
        .setName(name)
        .putAttr("dtype", AttrValue.newBuilder().setType(DataType.DT_FLOAT).build())
        .putAttr(
            "value",
            AttrValue.newBuilder()
                .setTensor(
                    TensorProto.newBuilder()
                        .setDtype(DataType.DT_FLOAT)
                        .setTensorShape(TensorShapeProto.getDefaultInstance())
                        .addFloatVal((float) value))
                .build())
        .build();
  }

  /** PyTorch's default of layer norm, which transformers do not have. */
  private static GraphDef withEpsilonOfPyTorch(GraphDef graph) {
    GraphDef.Builder changed = graph.toBuilder();
    int epsilons = 0;
    for (NodeDef.Builder node : changed.getNodeBuilderList()) {
      if (node.getOp().equals("Const")
          && node.getAttrOrThrow("value").getTensor().equals(constantOf(1e-6f, graph))) {
        node.putAttr("value", scalar("", 1e-5).getAttrOrThrow("value"));
        epsilons++;
      }
    }
    assertEquals(5, epsilons); // two of each of two blocks, and the last
    return changed.build();
  }

  /** Returns the value of the first constant of a float, which graphs write in their own way. */
  private static TensorProto constantOf(float value, GraphDef graph) {
    return graph.getNodeList().stream()
        .filter(node -> node.getOp().equals("Const"))
        .map(node -> node.getAttrOrThrow("value").getTensor())
        .filter(
            tensor ->
                tensor.getDtype() == DataType.DT_FLOAT
                    && tensor.getTensorShape().getDimCount() == 0
                    && (tensor.getFloatValCount() > 0
                        ? tensor.getFloatVal(0) == value
                        : tensor
                                .getTensorContent()
                                .asReadOnlyByteBuffer()
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getFloat()
                            == value))
        .findFirst()
        .orElseThrow();
  }

  /** GELU by its approximation: erf(u) becomes tanh(2 / sqrt(pi) u (1 + 0.08943 u^2)). */
  private static GraphDef withGeluByTanh(GraphDef graph) {
    GraphDef.Builder changed = graph.toBuilder().clearNode();
    for (NodeDef node : graph.getNodeList()) {
      if (!node.getOp().equals("Erf")) {
        changed.addNode(node);
        continue;
      }
      String u = node.getInput(0);
      String name = node.getName();
      changed.addNode(scalar(name + "/a", 2 * 0.044715));
      changed.addNode(scalar(name + "/one", 1));
      changed.addNode(scalar(name + "/b", 2 / Math.sqrt(Math.PI)));
      changed.addNode(node("Square", name + "/square", u));
      changed.addNode(node("Mul", name + "/cubic", name + "/square", name + "/a"));
      changed.addNode(node("AddV2", name + "/sum", name + "/cubic", name + "/one"));
      changed.addNode(node("Mul", name + "/scaled", u, name + "/sum"));
      changed.addNode(node("Mul", name + "/argument", name + "/scaled", name + "/b"));
      changed.addNode(node("Tanh", name, name + "/argument"));
    }
    return changed.build();
  }

  /** Common mistakes are far outside of the tolerance; README of the golden files says how far. */
  @Test
  void brokenTransformersFail() {
    VisionTransformer right = network(DINO.get("config"));
    JsonNode images = DINO.at("/inputs/images");
    double[] expected = tokens(DINO.at("/expected/after_norm"));
    assertTrue(shift(expected, changed(right, images, graph -> graph)) <= 1);
    double epsilon =
        shift(expected, changed(right, images, VisionTransformerGoldenTest::withEpsilonOfPyTorch));
    assertTrue(epsilon > 100, "epsilon 1e-5 shifts by " + epsilon);
    double gelu =
        shift(expected, changed(right, images, VisionTransformerGoldenTest::withGeluByTanh));
    assertTrue(gelu > 20, "GELU by tanh shifts by " + gelu);
  }

  /** The two ways of resizing are not the same; one scales places by n / g. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void theOtherPositionsFail(int i) {
    VisionTransformer right = network(DINO.get("config"));
    VisionTransformer wrong =
        new VisionTransformer(
            right.patch(),
            right.width(),
            right.depth(),
            right.heads(),
            right.grid(),
            Positions.ANTIALIASED,
            right.feedForward(),
            right.registers(),
            right.layerScale(),
            right.feature(),
            right.dropPath());
    double[] expected = tokens(DINO.at("/expected/other_sizes").get(i).get("after_norm"));
    JsonNode images = DINO.at("/inputs/other_sizes").get(i).get("images");
    assertTrue(shift(expected, changed(right, images, graph -> graph)) <= 1);
    double positions = shift(expected, changed(wrong, images, graph -> graph));
    assertTrue(positions > 1000, "antialiased positions shift by " + positions);
  }

  /** Levels are blocks; their maps and features went through the last norm. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void featuresOfTheLastLevel(boolean mean) {
    VisionTransformer form = network(DINO.get("config"));
    VisionTransformer network =
        new VisionTransformer(
            form.patch(),
            form.width(),
            form.depth(),
            form.heads(),
            form.grid(),
            form.positions(),
            form.feedForward(),
            form.registers(),
            form.layerScale(),
            mean ? Feature.PATCH_MEAN : Feature.CLASS_TOKEN,
            form.dropPath());
    try (Forward forward = new Forward(network, DINO.at("/inputs/parameters"))) {
      Operand<TFloat32> images = forward.images(DINO.at("/inputs/images"));
      Map<String, Features> levels = network.features(forward.layers, images);
      assertEquals(List.of("block1", "block2"), List.copyOf(levels.keySet()));
      assertEquals(network.levels(), List.copyOf(levels.keySet()));
      Features last = levels.get(network.lastLevel());
      assertEquals(network.mapSide("block2", 16), last.map().shape().get(1));
      assertEquals(network.embeddingWidth(), last.image().shape().get(1));
      List<float[]> actual = forward.run(List.of(last.map(), last.image()));
      Tensor patches = tensor(DINO.at("/expected/after_norm/patches"));
      check("map", patches.values(), actual.get(0), Golden.FLOAT32);
      double[] image = mean ? mean(patches) : tensor(DINO.at("/expected/after_norm/cls")).values();
      check("image", image, actual.get(1), Golden.FLOAT32);
    }
  }

  private static double[] mean(Tensor patches) {
    int count = patches.dim(1);
    int width = patches.dim(2);
    double[] mean = new double[patches.dim(0) * width];
    for (int i = 0; i < patches.values().length; i++) {
      mean[i / (count * width) * width + i % width] += patches.values()[i] / count;
    }
    return mean;
  }

  private static List<Operand<TFloat32>> parts(Forward forward, Operand<TFloat32> normed) {
    List<Operand<TFloat32>> parts =
        new ArrayList<>(List.of(forward.classToken(normed), forward.patches(normed)));
    if (forward.network.registers() > 0) {
      parts.add(forward.some(normed, 1, forward.network.registers()));
    }
    return parts;
  }

  private static void checkParts(JsonNode expected, List<float[]> actual) {
    check("class token", expected.get("x_norm_clstoken"), actual.get(0));
    check("patches", expected.get("x_norm_patchtokens"), actual.get(1));
    if (expected.has("x_norm_regtokens")) {
      check("registers", expected.get("x_norm_regtokens"), actual.get(2));
    }
  }

  private static Forward dinoV2(String form) {
    JsonNode config = DINO_V2.get("config");
    return new Forward(
        network(config, config.at("/cases/" + form)),
        DINO_V2.at("/inputs/patch_embed"),
        DINO_V2.at("/inputs/" + form + "/parameters"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp_registers", "swiglu"})
  void dinoV2Tokens(String form) {
    JsonNode expected = DINO_V2.at("/expected/" + form);
    List<JsonNode> sizes = new ArrayList<>(List.of(DINO_V2.at("/inputs/images")));
    DINO_V2.at("/inputs/other_sizes").forEach(sizes::add);
    for (int i = 0; i < sizes.size(); i++) {
      try (Forward forward = dinoV2(form)) {
        forward.parameters.remove("mask_token");
        List<Operand<TFloat32>> blocks =
            forward.network.blocks(
                forward.layers,
                forward.network.tokens(forward.layers, forward.images(sizes.get(i))));
        List<Operand<TFloat32>> fetched = parts(forward, forward.normed(blocks));
        fetched.add(blocks.get(blocks.size() - 1));
        List<float[]> actual = forward.run(fetched);
        if (i == 0) {
          JsonNode here = expected.get("native");
          checkParts(here, actual);
          check("before the norm", here.get("x_prenorm"), actual.get(actual.size() - 1));
        } else {
          checkParts(expected.at("/other_sizes/" + (i - 1)), actual);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp_registers", "swiglu"})
  void maskedPatches(String form) {
    JsonNode expected = DINO_V2.at("/expected/" + form);
    JsonNode inputs = DINO_V2.get("inputs");
    try (Forward forward = dinoV2(form)) {
      Operand<TFloat32> masks = forward.sandbox.floats(tensor(inputs.get("masks")));
      Operand<TFloat32> normed =
          forward.normed(
              forward.network.blocks(
                  forward.layers,
                  forward.network.tokens(
                      forward.layers, forward.images(inputs.get("images")), masks)));
      Operand<TFloat32> loss = forward.objective(normed, inputs);
      JsonNode gradients = expected.get("masked_grad_parameters");
      List<Operand<TFloat32>> fetched = parts(forward, normed);
      int parts = fetched.size();
      fetched.add(loss);
      fetched.addAll(
          forward.gradients(
              loss, names(gradients).stream().map(forward::parameter).toArray(Output<?>[]::new)));
      List<float[]> actual = forward.run(fetched);
      checkParts(expected.get("masked"), actual);
      check(
          "loss",
          new double[] {expected.get("masked_loss").asDouble()},
          actual.get(parts),
          Golden.FLOAT32);
      for (String p : names(gradients)) {
        check(
            "gradient of " + p,
            value(gradients.get(p)).values(),
            actual.get(parts + 1 + names(gradients).indexOf(p)),
            Golden.GRADIENT);
      }
      assertEquals(
          forward.parameters.keySet().stream().sorted().toList(),
          forward.sandbox.variables().specs(Role.TRAINED).stream()
              .map(VariableSpec::name)
              .sorted()
              .toList());
    }
  }

  @Test
  void torchvision() {
    JsonNode map = TORCHVISION.at("/config/names_in_dino");
    JsonNode state = TORCHVISION.at("/inputs/state");
    JsonNode expected = TORCHVISION.get("expected");
    try (Forward forward = new Forward(network(TORCHVISION.get("config")))) {
      names(state)
          .forEach(
              name ->
                  forward.parameters.put(map.get(name).asText(), value(state.get(name)).floats()));
      List<Operand<TFloat32>> blocks =
          forward.network.blocks(
              forward.layers,
              forward.network.tokens(
                  forward.layers, forward.images(TORCHVISION.at("/inputs/images"))));
      Operand<TFloat32> normed = forward.normed(blocks);
      Operand<TFloat32> classToken =
          forward.tf.reshape(
              forward.classToken(normed),
              forward.tf.constant(new long[] {-1, forward.network.width()}));
      List<Operand<TFloat32>> fetched = new ArrayList<>();
      for (Operand<TFloat32> tokens : blocks) {
        fetched.addAll(List.of(forward.classToken(tokens), forward.patches(tokens)));
      }
      fetched.addAll(List.of(forward.classToken(normed), forward.patches(normed)));
      int classes = TORCHVISION.at("/config/classes").asInt();
      fetched.add(forward.layers.linear(classToken, "head", classes, true));
      List<float[]> actual = forward.run(fetched);
      for (int i = 0; i <= blocks.size(); i++) {
        JsonNode after =
            i < blocks.size() ? expected.get("after_block").get(i) : expected.get("after_norm");
        check("class token after " + i, after.get("cls"), actual.get(2 * i));
        check("patches after " + i, after.get("patches"), actual.get(2 * i + 1));
      }
      check("logits", expected.get("logits"), actual.get(actual.size() - 1));
    }
  }
}
