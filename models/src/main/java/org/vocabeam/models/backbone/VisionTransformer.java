package org.vocabeam.models.backbone;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.vocabeam.models.UserError;
import org.vocabeam.models.graph.Attention;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.PatchEmbedding;

/**
 * Vision transformers (Dosovitskiy et al. 2021, section 3.1) in the forms of DINO, DINOv2 and
 * DINOv3, with the variable names of their code. Every block is a level; its map is its patch
 * tokens, and its feature of the image the class token or the mean of the map, all through the last
 * norm, as in the authors' {@code get_intermediate_layers}.
 *
 * <pre>{@code
 * Backbone backbone = Backbones.named("vit-s16", 224);
 * Operand<TFloat32> embedding = backbone.embed(student, images); // [B, 384], the class token
 * }</pre>
 *
 * @param patch side of a patch, in pixels
 * @param width channels of a token
 * @param depth number of blocks
 * @param heads of the attention; a divisor of the width
 * @param grid patches in a row of the square images for which positions are learned; others get
 *     resized positions
 * @param positions way in which places are known; rotary ones come with keys without bias and an
 *     epsilon of 1e-5 in layer norms, as in DINOv3
 * @param feedForward second half of a block
 * @param registers tokens without a position behind the class token (Darcet et al. 2023)
 * @param layerScale first factor of every channel of a block's two branches; null for none
 * @param feature of whole images
 * @param dropPath probability of the last block's branches to be dropped for an image in training;
 *     that of earlier blocks grows linearly from 0
 * @param expansion width of an MLP's hidden layer in multiples of that of a token; null for 4
 */
@JsonTypeName("vit")
public record VisionTransformer(
    int patch,
    int width,
    int depth,
    int heads,
    int grid,
    Positions positions,
    FeedForward feedForward,
    int registers,
    Double layerScale,
    Feature feature,
    double dropPath,
    Integer expansion)
    implements Backbone {
  /** Name of the parameter of the positions, {@code [1, 1 + grid * grid, width]}. */
  public static final String POSITIONS = "pos_embed";

  /** Second half of a block. */
  public enum FeedForward {
    /** Two linear layers with GELU between them, four times as wide as the tokens. */
    @JsonProperty("mlp")
    MLP,
    /** Gated linear layers (Shazeer 2020), as in DINOv2's ViT-g. */
    @JsonProperty("swiglu")
    SWIGLU
  }

  /** Feature of a whole image. */
  public enum Feature {
    /** Class token. */
    @JsonProperty("class-token")
    CLASS_TOKEN,
    /** Mean of the patch tokens. */
    @JsonProperty("patch-mean")
    PATCH_MEAN
  }

  private static final String BLOCKS = "blocks.";
  private static final String NORM = "norm";

  private static final int EXPANSION = 4;

  public VisionTransformer {
    check(patch > 0, "patch", patch, "positive");
    check(depth > 0, "depth", depth, "positive");
    check(heads > 0 && width > 0 && width % heads == 0, "width", width, "a multiple of heads");
    check(grid > 0, "grid", grid, "positive");
    check(
        positions != Positions.ROTARY || width / heads % 4 == 0,
        "width",
        width,
        "a multiple of 4 heads for rotary positions");
    check(registers >= 0, "registers", registers, "at least 0");
    check(dropPath >= 0 && dropPath < 1, "dropPath", dropPath, "in [0, 1)");
    expansion = expansion == null ? EXPANSION : expansion;
    check(expansion > 0, "expansion", expansion, "positive");
  }

  /** Makes a transformer whose hidden layers are four times as wide as its tokens. */
  public VisionTransformer(
      int patch,
      int width,
      int depth,
      int heads,
      int grid,
      Positions positions,
      FeedForward feedForward,
      int registers,
      Double layerScale,
      Feature feature,
      double dropPath) {
    this(
        patch,
        width,
        depth,
        heads,
        grid,
        positions,
        feedForward,
        registers,
        layerScale,
        feature,
        dropPath,
        EXPANSION);
  }

  /** Returns the same network with another feature of whole images. */
  public VisionTransformer withFeature(Feature other) {
    return new VisionTransformer(
        patch,
        width,
        depth,
        heads,
        grid,
        positions,
        feedForward,
        registers,
        layerScale,
        other,
        dropPath,
        expansion);
  }

  /** Returns the same network with another probability to drop branches. */
  public VisionTransformer withDropPath(double other) {
    return new VisionTransformer(
        patch,
        width,
        depth,
        heads,
        grid,
        positions,
        feedForward,
        registers,
        layerScale,
        feature,
        other,
        expansion);
  }

  private static void check(boolean valid, String what, Object actual, String allowed) {
    checkArgument(valid, "%s is %s, must be %s", what, actual, allowed);
  }

  @Override
  public List<String> levels() {
    return IntStream.rangeClosed(1, depth).mapToObj(i -> "block" + i).toList();
  }

  @Override
  public int channels(String level) {
    return width;
  }

  @Override
  public int stride(String level) {
    return patch;
  }

  @Override
  public int layers() {
    return 1 + depth;
  }

  @Override
  public int layerOf(String variable) {
    if (variable.startsWith(BLOCKS)) {
      return 1 + Integer.parseInt(variable.split("\\.", 3)[1]);
    }
    return variable.startsWith(NORM + ".") ? layers() : 0;
  }

  /** Pixels are those of a patch and the eight around it; a token may depend on all others. */
  @Override
  public int receptiveField(String level) {
    return 3 * patch;
  }

  @Override
  public int firstMiddle(String level) {
    return patch / 2;
  }

  @Override
  public int mapSide(String level, int side) {
    return side / patch;
  }

  @Override
  public int wholePatches(int side) {
    return Math.max(1, side / patch) * patch;
  }

  @Override
  public void check(int side) {
    if (side < patch) {
      throw new UserError(
          String.format(
              "images or views are %d pixels, must be at least %d, a patch of the transformer; take larger"
                  + " images or a smaller patch",
              side, patch));
    }
  }

  @Override
  public Map<String, Features> features(Layers layers, Operand<TFloat32> x) {
    Ops tf = layers.ops();
    int rows = Math.toIntExact(x.shape().get(1) / patch);
    int columns = Math.toIntExact(x.shape().get(2) / patch);
    Map<String, Features> features = new LinkedHashMap<>();
    for (Operand<TFloat32> tokens :
        blocks(layers, tokens(layers, x), rotation(tf, rows, columns))) {
      Operand<TFloat32> normed = normed(layers, tokens);
      Operand<TFloat32> map =
          tf.reshape(patches(tf, normed), tf.constant(new int[] {-1, rows, columns, width}));
      features.put("block" + (features.size() + 1), new Features(map, image(tf, normed)));
    }
    return features;
  }

  /** Authors the last norm of tokens, {@code [B, T, width]}. */
  public Operand<TFloat32> normed(Layers layers, Operand<TFloat32> tokens) {
    return layers.layerNorm(tokens, NORM, epsilon());
  }

  /**
   * Returns the patches of tokens: those behind the class token and the registers.
   *
   * @param tokens {@code [B, 1 + registers + T, width]}
   * @return {@code [B, T, width]}
   */
  public Operand<TFloat32> patches(Ops tf, Operand<TFloat32> tokens) {
    return part(tf, tokens, 1 + registers, -1);
  }

  /**
   * Returns the feature of whole images.
   *
   * @param normed tokens through the last norm, {@code [B, 1 + registers + T, width]}
   * @return {@code [B, width]}
   */
  public Operand<TFloat32> image(Ops tf, Operand<TFloat32> normed) {
    return switch (feature) {
      case CLASS_TOKEN -> tf.reshape(part(tf, normed, 0, 1), tf.constant(new int[] {-1, width}));
      case PATCH_MEAN -> tf.math.mean(patches(tf, normed), tf.constant(1));
    };
  }

  private Operand<TFloat32> part(Ops tf, Operand<TFloat32> tokens, int first, int count) {
    return tf.slice(
        tokens, tf.constant(new int[] {0, first, 0}), tf.constant(new int[] {-1, count, width}));
  }

  /**
   * Authors the tokens before the first block.
   *
   * @param x normalised pixels {@code [B, H, W, C]}
   * @return class token, registers and patches, {@code [B, 1 + registers + h w, width]}
   */
  public Operand<TFloat32> tokens(Layers layers, Operand<TFloat32> x) {
    return placed(layers, patches(layers, x), x);
  }

  /**
   * Authors the tokens before the first block, with a learned token in place of masked patches.
   *
   * @param x normalised pixels {@code [B, H, W, C]}
   * @param masked 1 for a patch that is masked, else 0, {@code [B, h w]}
   * @return class token, registers and patches, {@code [B, 1 + registers + h w, width]}
   */
  public Operand<TFloat32> tokens(Layers layers, Operand<TFloat32> x, Operand<TFloat32> masked) {
    Ops tf = layers.ops();
    Operand<TFloat32> patches = patches(layers, x);
    Operand<TFloat32> isMasked = tf.expandDims(masked, tf.constant(2));
    Operand<TFloat32> mask = layers.parameter("mask_token", Initializer.ZEROS, 1, width);
    Operand<TFloat32> shown = tf.math.mul(patches, tf.math.sub(tf.constant(1f), isMasked));
    return placed(layers, tf.math.add(shown, tf.math.mul(mask, isMasked)), x);
  }

  /**
   * Authors the tokens of some patches before the first block, so that only these are computed.
   *
   * @param x normalised pixels {@code [B, H, W, C]}, to which no gradient flows
   * @param places row-major numbers of the patches, {@code [B, T]}
   * @return class token, registers and those patches, {@code [B, 1 + registers + T, width]}; no
   *     gradient flows to their positions
   */
  public Operand<TFloat32> visible(Layers layers, Operand<TFloat32> x, Operand<TInt32> places) {
    checkArgument(!isRotary(), "rotary positions are not those of a table");
    Ops tf = layers.ops();
    Operand<TFloat32> position = positions(layers);
    Operand<TFloat32> table =
        tf.reshape(
            resized(tf, part(tf, position, 1, grid * grid), x), tf.constant(new int[] {-1, width}));
    Operand<TFloat32> patches =
        layers.float32(
            PatchEmbedding.of(layers, layers.reduced(x), "patch_embed.proj", width, patch, places));
    Operand<TFloat32> placed =
        tf.math.add(patches, tf.stopGradient(tf.gather(table, places, tf.constant(0))));
    // All images get the same first tokens, so that the number of images need not be known.
    Operand<TFloat32> first = beforePatches(layers, Optional.of(position));
    int behind = Math.toIntExact(places.shape().get(1));
    return tf.math.add(
        tf.pad(placed, tf.constant(new int[][] {{0, 0}, {1 + registers, 0}, {0, 0}}), zero(tf)),
        tf.pad(first, tf.constant(new int[][] {{0, 0}, {0, behind}, {0, 0}}), zero(tf)));
  }

  private static Operand<TFloat32> zero(Ops tf) {
    return tf.constant(0f);
  }

  private Operand<TFloat32> positions(Layers layers) {
    return layers.parameter(POSITIONS, Initializer.normal(0.02), 1, 1 + grid * grid, width);
  }

  /**
   * Authors the class token, with its position if it has one, and the registers, {@code [1, 1 + .,
   * width]}.
   */
  private Operand<TFloat32> beforePatches(Layers layers, Optional<Operand<TFloat32>> position) {
    Ops tf = layers.ops();
    Operand<TFloat32> alone = layers.parameter("cls_token", firstClassToken(), 1, 1, width);
    Operand<TFloat32> classToken =
        position.isEmpty() ? alone : tf.math.add(alone, part(tf, position.get(), 0, 1));
    if (registers == 0) {
      return classToken;
    }
    Initializer first = Initializer.normal(isRotary() ? 0.02 : 1e-6);
    Operand<TFloat32> others = layers.parameter("register_tokens", first, 1, registers, width);
    return tf.concat(List.of(classToken, others), tf.constant(1));
  }

  private Operand<TFloat32> patches(Layers layers, Operand<TFloat32> x) {
    return layers.float32(
        PatchEmbedding.of(layers, layers.reduced(x), "patch_embed.proj", width, patch));
  }

  /** Authors patches with positions, behind a class token with its position and registers. */
  private Operand<TFloat32> placed(Layers layers, Operand<TFloat32> patches, Operand<TFloat32> x) {
    Ops tf = layers.ops();
    Operand<TFloat32> added;
    if (isRotary()) {
      int count = Math.toIntExact(patches.shape().get(1));
      added =
          tf.pad(
              beforePatches(layers, Optional.empty()),
              tf.constant(new int[][] {{0, 0}, {0, count}, {0, 0}}),
              zero(tf));
    } else {
      Operand<TFloat32> position = positions(layers);
      added =
          tf.concat(
              List.of(
                  beforePatches(layers, Optional.of(position)),
                  resized(tf, part(tf, position, 1, grid * grid), x)),
              tf.constant(1));
    }
    // All images get the same table, so that the number of images need not be known.
    Operand<TFloat32> spaced =
        tf.pad(patches, tf.constant(new int[][] {{0, 0}, {1 + registers, 0}, {0, 0}}), zero(tf));
    return tf.math.add(spaced, added);
  }

  private Initializer firstClassToken() {
    return Initializer.normal(layerScale == null || isRotary() ? 0.02 : 1e-6);
  }

  private boolean isRotary() {
    return positions == Positions.ROTARY;
  }

  /** Returns the epsilon of layer norms. */
  private float epsilon() {
    return isRotary() ? 1e-5f : 1e-6f;
  }

  /**
   * Authors the rotation of queries and keys by the places of patches.
   *
   * @return empty for learned positions
   */
  public Optional<Attention.Rotation> rotation(Ops tf, int rows, int columns) {
    if (!isRotary()) {
      return Optional.empty();
    }
    return Optional.of(Positions.rotation(tf, 1 + registers, rows, columns, width / heads));
  }

  /** Authors the positions of the patches of images like {@code x}, {@code [1, h w, width]}. */
  private Operand<TFloat32> resized(Ops tf, Operand<TFloat32> square, Operand<TFloat32> x) {
    int height = Math.toIntExact(x.shape().get(1));
    int across = Math.toIntExact(x.shape().get(2));
    int rows = height / patch;
    int columns = across / patch;
    if (height == across && rows == grid) {
      return square;
    }
    return positions.resized(tf, square, grid, rows, columns, width);
  }

  /**
   * Authors the tokens after every block, before the last norm, of a network with learned
   * positions.
   *
   * @param tokens of all patches or of some, {@code [B, T, width]}
   * @return for every block {@code [B, T, width]}
   */
  public List<Operand<TFloat32>> blocks(Layers layers, Operand<TFloat32> tokens) {
    checkArgument(!isRotary(), "rotary positions need the places of the tokens");
    return blocks(layers, tokens, Optional.empty());
  }

  /**
   * Authors the tokens after every block, before the last norm.
   *
   * @param tokens {@code [B, T, width]}
   * @param rotation by the places of the tokens; empty for learned positions
   * @return for every block {@code [B, T, width]}
   */
  public List<Operand<TFloat32>> blocks(
      Layers layers, Operand<TFloat32> tokens, Optional<Attention.Rotation> rotation) {
    List<Operand<TFloat32>> blocks = new ArrayList<>();
    Operand<TFloat32> x = tokens;
    for (int i = 0; i < depth; i++) {
      Layers block = layers.in(BLOCKS + i);
      double dropped = depth == 1 ? 0 : dropPath * i / (depth - 1);
      Operand<TFloat32> mixed =
          layers.float32(
              Attention.of(
                      block.in("attn"),
                      layers.reduced(block.layerNorm(x, "norm1", epsilon())),
                      heads,
                      rotation)
                  .tokens());
      x = added(block, x, mixed, "ls1.gamma", dropped);
      Operand<TFloat32> moved =
          layers.float32(
              feedForward(block.in("mlp"), layers.reduced(block.layerNorm(x, "norm2", epsilon()))));
      x = added(block, x, moved, "ls2.gamma", dropped);
      blocks.add(x);
    }
    return blocks;
  }

  private Operand<TFloat32> added(
      Layers block, Operand<TFloat32> x, Operand<TFloat32> branch, String scale, double dropped) {
    Operand<TFloat32> scaled =
        layerScale == null ? branch : block.scaled(branch, scale, layerScale);
    return block.ops().math.add(x, block.dropPath(scaled, dropped));
  }

  /**
   * Returns the width of gated layers: two thirds of the MLP's, up to a multiple of eight
   * (reference code).
   */
  public int gatedWidth() {
    return (expansion * width * 2 / 3 + 7) / 8 * 8;
  }

  private <T extends TFloating> Operand<T> feedForward(Layers layers, Operand<T> x) {
    return switch (feedForward) {
      case MLP ->
          layers.tokenwise(
              layers.gelu(layers.tokenwise(x, "fc1", expansion * width)), "fc2", width);
      case SWIGLU -> {
        Ops tf = layers.ops();
        int hidden = gatedWidth();
        List<? extends Operand<T>> halves =
            tf.split(tf.constant(2), layers.tokenwise(x, "w12", 2 * hidden), 2L).output();
        yield layers.tokenwise(tf.math.mul(layers.silu(halves.get(0)), halves.get(1)), "w3", width);
      }
    };
  }
}
