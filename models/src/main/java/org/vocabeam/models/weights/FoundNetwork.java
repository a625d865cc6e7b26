package org.vocabeam.models.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Backbones;
import org.vocabeam.models.backbone.Positions;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.backbone.ResNet.Block;
import org.vocabeam.models.backbone.ResNet.Stem;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.backbone.VisionTransformer.Feature;
import org.vocabeam.models.backbone.VisionTransformer.FeedForward;
import org.vocabeam.models.backbone.WideResNet;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.weights.ImportedWeights.Choice;

/**
 * Network that weights belong to, as their shapes or the file's metadata tell.
 *
 * @param images shape at which whole images are shown
 * @param normalisation of pixels; null where the file does not tell
 */
record FoundNetwork(Backbone backbone, ImageShape images, Normalisation normalisation) {
  /** Key of the metadata of our own files, JSON of this record. */
  static final String METADATA = "vocabeam";

  private static final int USUAL_SIDE = 224;
  private static final int SMALL_SIDE = 32;

  /** Largest native side that is kept; DINOv2's 518 is that of its last iterations alone. */
  private static final int LARGEST_SIDE = 384;

  /** Largest side at which images are shown. */
  private static final int LARGEST_SHOWN = 1 << 14;

  /** Channels of a head of the attention in all published sizes. */
  private static final int HEAD = 64;

  /** First value of a LayerScale; the file has the values of now. */
  private static final double LAYER_SCALE = 1e-5;

  /** Stages of all ResNets of table 1; a file with fewer is incomplete. */
  private static final int RESNET_STAGES = 4;

  /** Names of the queries' layer, which those of keys and values differ from by a letter. */
  private static final Pattern QUERY = Pattern.compile("(blocks\\.\\d+\\.attn\\.)q(\\..*)");

  private static final ObjectMapper JSON = json();

  private static ObjectMapper json() {
    ObjectMapper json = new ObjectMapper();
    Backbones.types().forEach(json::registerSubtypes);
    return json;
  }

  /** Returns the metadata from which {@link #of} knows the network again. */
  String metadata() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Finds the network.
   *
   * @param shapes of the tensors, by the names of variables, in PyTorch's layout
   */
  static FoundNetwork of(
      WeightFile file, NameTable names, Map<String, List<Long>> shapes, Choice choice) {
    String metadata = choice.network() == null ? file.notes().get(METADATA) : null;
    boolean incomplete = choice.incomplete() || choice.network() != null || metadata != null;
    FoundNetwork found =
        switch (names) {
          case RESNET, OBOW_RESNET -> resNet(file, shapes, incomplete);
          case OBOW_WIDE_RESNET -> wideResNet(file, shapes);
          case VIT, DINO_V3_TRANSFORMERS, TORCHVISION_VIT ->
              transformer(
                  file,
                  shapes,
                  metadata == null ? choice.heads() : Integer.valueOf(1),
                  names == NameTable.DINO_V3_TRANSFORMERS
                      || shapes.containsKey(NameTable.ROPE_PERIODS));
        };
    if (metadata != null) {
      return written(file, metadata, found);
    }
    return choice.network() == null
        ? found
        : new FoundNetwork(
            choice.network().apply(found.images().height()), found.images(), found.normalisation());
  }

  /**
   * Returns the network of the metadata, which tells what no shape does. Its shape has to be the
   * one that was found: the metadata may be anybody's.
   */
  private static FoundNetwork written(WeightFile file, String metadata, FoundNetwork found) {
    FoundNetwork written;
    try {
      written = JSON.readValue(metadata, FoundNetwork.class);
    } catch (JsonProcessingException e) {
      throw new UserError(
          file.path() + " has metadata of a network that this version does not know", e);
    }
    if (written.backbone() == null
        || written.images() == null
        || !shape(written.backbone()).equals(shape(found.backbone()))
        || Math.max(written.images().height(), written.images().width()) > LARGEST_SHOWN
        || written.images().channels() != found.images().channels()) {
      throw new UserError(
          "%s has metadata of the network %s, but weights of %s; give the network"
              .formatted(file.path(), written.backbone(), found.backbone()));
    }
    return written;
  }

  /** Returns what shapes of weights tell of a network. */
  private static List<Object> shape(Backbone backbone) {
    if (backbone instanceof ResNet net) {
      return List.of(net.block(), net.depths(), net.width(), net.stem() == Stem.IMAGENET);
    }
    if (backbone instanceof WideResNet net) {
      return List.of(net.depth(), net.widen());
    }
    if (backbone instanceof VisionTransformer net) {
      return List.of(
          net.patch(), net.width(), net.depth(), net.grid(), net.registers(), net.feedForward());
    }
    return List.of(backbone);
  }

  private static FoundNetwork resNet(
      WeightFile file, Map<String, List<Long>> shapes, boolean incomplete) {
    List<Integer> depths = depths(shapes, "layer%d.%d.conv1.weight");
    if (depths.isEmpty() || (depths.size() < RESNET_STAGES && !incomplete)) {
      throw new UserError(
          "%s lacks layer%d of a ResNet; give the whole file, or take it as incomplete"
              .formatted(file.path(), depths.size() + 1));
    }
    List<Long> stem = shape(file, shapes, "conv1.weight");
    Block block =
        !shapes.containsKey("layer1.0.conv3.weight")
            ? Block.BASIC
            : shape(file, shapes, "layer1.0.conv2.weight").get(0) > stem.get(0)
                ? Block.WIDE_BOTTLENECK
                : Block.BOTTLENECK;
    long width = stem.get(0) * (block == Block.WIDE_BOTTLENECK ? 2 : 1);
    boolean large = stem.get(3) == 7;
    int side = large ? USUAL_SIDE : SMALL_SIDE;
    return new FoundNetwork(
        new ResNet(block, depths, Math.toIntExact(width), large ? Stem.IMAGENET : Stem.SMALL),
        shown(file, side, stem.get(1)),
        null);
  }

  private static FoundNetwork wideResNet(WeightFile file, Map<String, List<Long>> shapes) {
    List<Integer> depths = depths(shapes, "block%d.Block.layer.%d.convResidual.conv1.weight");
    List<Long> stem = shape(file, shapes, "conv1.Conv.weight");
    List<Long> first = shape(file, shapes, "block1.Block.layer.0.convResidual.conv1.weight");
    return new FoundNetwork(
        new WideResNet(6 * depths.get(0) + 4, Math.toIntExact(first.get(0) / 16), List.of(2, 2, 2)),
        shown(file, USUAL_SIDE, stem.get(1)),
        null);
  }

  private static FoundNetwork transformer(
      WeightFile file, Map<String, List<Long>> shapes, Integer heads, boolean rotary) {
    List<Long> patch = shape(file, shapes, "patch_embed.proj.weight");
    int width = Math.toIntExact(patch.get(0));
    if (heads == null && width % HEAD != 0) {
      throw new UserError(
          "%s is a transformer %d channels wide, must be a multiple of %d; give the number of heads"
              .formatted(file.path(), width, HEAD));
    }
    if (heads != null && (heads < 1 || width % heads != 0)) {
      throw new UserError(
          "heads is %d, must be a divisor of the width, %d".formatted(heads, width));
    }
    List<Long> positions = shapes.get("pos_embed");
    if (!rotary && (positions == null || positions.size() != 3)) {
      throw new UserError(
          "%s has neither learned positions (pos_embed) nor DINOv3's rotary ones (%s); transformers"
                  .formatted(file.path(), NameTable.ROPE_PERIODS)
              + " with others are not known");
    }
    int grid =
        rotary
            ? Math.max(1, USUAL_SIDE / Math.toIntExact(patch.get(2)))
            : (int) Math.sqrt(positions.get(1)); // of g^2 positions, or g^2 + 1
    List<Long> tokens = shapes.get("register_tokens");
    int registers = tokens == null || tokens.size() != 3 ? 0 : Math.toIntExact(tokens.get(1));
    int side = Math.toIntExact(patch.get(2)) * grid;
    return new FoundNetwork(
        new VisionTransformer(
            Math.toIntExact(patch.get(2)),
            width,
            /* depth= */ blocks(shapes),
            heads == null ? width / HEAD : heads,
            grid,
            rotary ? Positions.ROTARY : registers > 0 ? Positions.ANTIALIASED : Positions.OFFSET,
            shapes.containsKey("blocks.0.mlp.w12.weight") ? FeedForward.SWIGLU : FeedForward.MLP,
            registers,
            shapes.containsKey("blocks.0.ls1.gamma") ? LAYER_SCALE : null,
            Feature.CLASS_TOKEN,
            /* dropPath= */ 0),
        shown(file, side > LARGEST_SIDE ? USUAL_SIDE : side, patch.get(1)),
        null);
  }

  private static int blocks(Map<String, List<Long>> shapes) {
    int blocks = 0;
    while (shapes.containsKey("blocks." + blocks + ".norm1.weight")) {
      blocks++;
    }
    return Math.max(1, blocks);
  }

  /**
   * Returns tensors by the names of variables. Queries, keys and values that are layers of their
   * own are joined. timm calls gated layers as plain ones: there the second has half as many inputs
   * as the first has outputs.
   */
  static Map<String, WeightTensor> named(Map<String, WeightTensor> tensors) {
    return tensors.containsKey("blocks.0.attn.q.weight") ? joined(tensors) : gated(tensors);
  }

  private static Map<String, WeightTensor> joined(Map<String, WeightTensor> tensors) {
    Map<String, WeightTensor> joined = new LinkedHashMap<>(tensors);
    for (String name : tensors.keySet()) {
      Matcher query = QUERY.matcher(name);
      if (query.matches()) {
        List<WeightTensor> parts = new ArrayList<>();
        for (String part : List.of("q", "k", "v")) {
          parts.add(joined.remove(query.group(1) + part + query.group(2)));
        }
        String whole = query.group(1) + "qkv" + query.group(2);
        // Keys have no bias; whatever else is missing is refused as missing.
        if (parts.get(2) != null && (parts.get(1) != null || name.endsWith(".bias"))) {
          joined.put(whole, WeightTensor.joined(whole, parts));
        }
      }
    }
    return joined;
  }

  private static Map<String, WeightTensor> gated(Map<String, WeightTensor> tensors) {
    WeightTensor first = tensors.get("blocks.0.mlp.fc1.weight");
    WeightTensor second = tensors.get("blocks.0.mlp.fc2.weight");
    if (first == null
        || second == null
        || first.shape().size() != 2
        || second.shape().size() != 2
        || first.shape().get(0) != 2 * second.shape().get(1)) {
      return tensors;
    }
    Map<String, WeightTensor> named = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) ->
            named.put(
                name.replace(".mlp.fc1.", ".mlp.w12.").replace(".mlp.fc2.", ".mlp.w3."), tensor));
    return named;
  }

  private static ImageShape shown(WeightFile file, int side, long channels) {
    if (channels != 1 && channels != 3) {
      throw new UserError(
          "%s is of images with %d channels, must be 1 or 3".formatted(file.path(), channels));
    }
    return new ImageShape(side, side, (int) channels);
  }

  /** Returns the number of blocks of every stage. */
  private static List<Integer> depths(Map<String, List<Long>> shapes, String block) {
    List<Integer> depths = new ArrayList<>();
    for (int stage = 1; shapes.containsKey(block.formatted(stage, 0)); stage++) {
      int blocks = 1;
      while (shapes.containsKey(block.formatted(stage, blocks))) {
        blocks++;
      }
      depths.add(blocks);
    }
    return depths;
  }

  private static List<Long> shape(
      WeightFile file, Map<String, List<Long>> shapes, String variable) {
    List<Long> shape = shapes.get(variable);
    if (shape == null || shape.size() != 4 || shape.contains(0L)) {
      throw new UserError(
          "%s: %s is %s, must have four axes, [outputs, inputs, height, width]"
              .formatted(file.path(), variable, shape == null ? "missing" : shape));
    }
    return shape;
  }
}
