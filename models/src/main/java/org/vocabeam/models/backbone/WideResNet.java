package org.vocabeam.models.backbone;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;
import org.vocabeam.models.graph.Layers;

/**
 * Wide residual networks WRN-d-k (Zagoruyko and Komodakis 2016, table 1) in the form of OBoW's code
 * ({@code WideResNet} in feature_extractor.py): a block that changes shape has neither batch norm
 * nor ReLU before its first convolution, and every stage ends in batch norm and ReLU.
 *
 * @param depth layers, 6 n + 4
 * @param widen width factor k: stages have 16 k, 32 k and 64 k channels
 * @param strides of the three stages; the code's default is 2, 2, 2, the paper's for CIFAR 1, 2, 2
 */
@JsonTypeName("wide-resnet")
public record WideResNet(int depth, int widen, List<Integer> strides) implements Convolutional {
  private static final String BLOCK = "Block.layer.";
  private static final List<String> LEVELS = List.of("block1", "block2", "block3");

  public WideResNet {
    strides = List.copyOf(strides);
    checkArgument(
        depth >= 10 && (depth - 4) % 6 == 0, "depth is %s, must be 6 n + 4 and at least 10", depth);
    checkArgument(widen > 0, "widen is %s, must be positive", widen);
    checkArgument(
        strides.size() == 3 && strides.stream().allMatch(s -> s == 1 || s == 2),
        "strides is %s, must be three of 1 or 2",
        strides);
  }

  /** Sizes by name, for images of a shorter side in pixels. */
  static final Map<String, IntFunction<Backbone>> SIZES =
      ImmutableMap.of("wrn-28-10", side -> wideResNet2810(side));

  /** Returns BoWNet's network for CIFAR-100 (Gidaris et al. 2020, section 4.1). */
  private static WideResNet wideResNet2810(int side) {
    return new WideResNet(
        /* depth= */ 28,
        /* widen= */ 10,
        Backbones.isSmall(side) ? List.of(1, 2, 2) : List.of(2, 2, 2));
  }

  @Override
  public List<String> levels() {
    return LEVELS;
  }

  @Override
  public int channels(String level) {
    return (16 * widen) << stage(level);
  }

  @Override
  public int stride(String level) {
    return strides.subList(0, stage(level) + 1).stream().reduce(1, (a, b) -> a * b);
  }

  @Override
  public int receptiveField(String level) {
    int side = 3;
    int apart = 1; // pixels between neighbouring cells
    for (int stage = 0; stage <= stage(level); stage++) {
      for (int i = 0; i < blocks(); i++) {
        side += 2 * apart;
        apart *= i == 0 ? strides.get(stage) : 1;
        side += 2 * apart;
      }
    }
    return side;
  }

  private int blocks() {
    return (depth - 4) / 6;
  }

  @Override
  public int layers() {
    return 1 + LEVELS.size() * blocks();
  }

  @Override
  public int layerOf(String variable) {
    int dot = variable.indexOf('.');
    int stage = LEVELS.indexOf(variable.substring(0, dot));
    if (stage < 0) {
      return 0;
    }
    // The batch norm behind a stage's blocks belongs to the last of them.
    String rest = variable.substring(dot + 1);
    int block = rest.startsWith(BLOCK) ? Integer.parseInt(rest.split("\\.", 4)[2]) : blocks() - 1;
    return 1 + stage * blocks() + block;
  }

  private static int stage(String level) {
    int stage = LEVELS.indexOf(level);
    checkArgument(stage >= 0, "level is %s, must be one of %s", level, LEVELS);
    return stage;
  }

  @Override
  public <T extends TFloating> Map<String, Operand<T>> stages(Layers layers, Operand<T> x) {
    Map<String, Operand<T>> maps = new LinkedHashMap<>();
    Layers stem = layers.in("conv1");
    Operand<T> h = stem.relu(stem.batchNorm(stem.conv(x, "Conv", 16, 3, 1), "BN"));
    for (int stage = 0; stage < LEVELS.size(); stage++) {
      Layers level = layers.in(LEVELS.get(stage));
      for (int i = 0; i < blocks(); i++) {
        int stride = i == 0 ? strides.get(stage) : 1;
        h = block(level.in(BLOCK + i), h, channels(LEVELS.get(stage)), stride);
      }
      h = level.relu(level.batchNorm(h, "BN"));
      maps.put(LEVELS.get(stage), h);
    }
    return maps;
  }

  /**
   * One pre-activation block; the class comment describes blocks that change shape.
   *
   * @param x {@code [B, H, W, C]}
   * @return {@code [B, h, w, outputs]}
   */
  public static <T extends TFloating> Operand<T> block(
      Layers layers, Operand<T> x, int outputs, int stride) {
    Ops tf = layers.ops();
    boolean sameShape = stride == 1 && x.shape().get(3) == outputs;
    Layers residual = layers.in("convResidual");
    Operand<T> h = sameShape ? residual.relu(residual.batchNorm(x, "bn1")) : x;
    h = residual.conv(h, "conv1", outputs, 3, stride);
    h = residual.relu(residual.batchNorm(h, "bn2"));
    h = residual.conv(h, "conv2", outputs, 3, 1);
    Operand<T> shortcut = sameShape ? x : layers.conv(x, "convShortcut", outputs, 1, stride);
    return tf.math.add(h, shortcut);
  }
}
