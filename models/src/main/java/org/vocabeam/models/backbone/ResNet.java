package org.vocabeam.models.backbone;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;
import org.vocabeam.models.graph.Layers;

/**
 * Residual networks (He et al. 2016, section 3.3 and table 1) with the variable names of
 * torchvision and its form of the bottleneck, whose stride is in the 3x3 convolution.
 *
 * @param block two 3x3 convolutions, or 1x1, 3x3 and 1x1 to four times the width
 * @param depths blocks of every stage; stages after the first halve the map
 * @param width channels of the first stage's 3x3 convolutions; doubles with every stage
 * @param stem layers before the first stage
 */
@JsonTypeName("resnet")
public record ResNet(Block block, List<Integer> depths, int width, Stem stem)
    implements Convolutional {
  /** A residual block. */
  public enum Block {
    BASIC(1),
    BOTTLENECK(4),
    /** A bottleneck to twice the width, behind a stem of half of it (wide_resnet50_2). */
    WIDE_BOTTLENECK(2);

    private final int expansion;

    Block(int expansion) {
      this.expansion = expansion;
    }
  }

  /** Layers before the first stage. */
  public enum Stem {
    /** 7x7 at stride 2, then 3x3 maximum at stride 2, for images of about 224 pixels. */
    IMAGENET(4),
    /** 3x3 at stride 1, for images of about 32 pixels (SimCLR appendix B.9). */
    SMALL(1),
    /** 3x3 at stride 2, at a quarter of the cost of SMALL. */
    SMALL_STRIDED(2);

    private final int stride;

    Stem(int stride) {
      this.stride = stride;
    }

    private static Stem forImages(int side) {
      return Backbones.isSmall(side) ? SMALL : IMAGENET;
    }
  }

  /** Sizes by name, for images of a shorter side in pixels. */
  static final Map<String, IntFunction<Backbone>> SIZES =
      ImmutableMap.of(
          "resnet8", side -> resNet8(),
          "resnet18", side -> resNet18(Stem.forImages(side)),
          "resnet50", side -> resNet50(Stem.forImages(side)));

  public ResNet {
    depths = List.copyOf(depths);
    checkArgument(!depths.isEmpty(), "depths is empty, must have one stage at least");
    checkArgument(depths.stream().allMatch(d -> d > 0), "depths is %s, must be positive", depths);
    checkArgument(width > 0, "width is %s, must be positive", width);
  }

  /** Returns ResNet-18 (table 1). */
  public static ResNet resNet18(Stem stem) {
    return new ResNet(Block.BASIC, List.of(2, 2, 2, 2), /* width= */ 64, stem);
  }

  /** Returns ResNet-50 (table 1). */
  public static ResNet resNet50(Stem stem) {
    return new ResNet(Block.BOTTLENECK, List.of(3, 4, 6, 3), /* width= */ 64, stem);
  }

  /** Returns a network of 8 layers, of 32 to 128 channels, for minutes on a processor. */
  private static ResNet resNet8() {
    return new ResNet(Block.BASIC, List.of(1, 1, 1), /* width= */ 32, Stem.SMALL_STRIDED);
  }

  @Override
  public List<String> levels() {
    return IntStream.rangeClosed(1, depths.size()).mapToObj(i -> "layer" + i).toList();
  }

  @Override
  public int channels(String level) {
    return planes(stage(level)) * block.expansion;
  }

  @Override
  public int stride(String level) {
    return stem.stride << stage(level);
  }

  @Override
  public int receptiveField(String level) {
    int side = stem == Stem.IMAGENET ? 1 + 6 + 2 * 2 : 3;
    int apart = stem.stride; // pixels between neighbouring cells
    for (int stage = 0; stage <= stage(level); stage++) {
      for (int i = 0; i < depths.get(stage); i++) {
        side += 2 * apart;
        apart *= stage > 0 && i == 0 ? 2 : 1;
        side += block == Block.BASIC ? 2 * apart : 0;
      }
    }
    return side;
  }

  private int stage(String level) {
    int stage = levels().indexOf(level);
    checkArgument(stage >= 0, "level is %s, must be one of %s", level, levels());
    return stage;
  }

  @Override
  public int layers() {
    return 1 + depths.stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public int layerOf(String variable) {
    // layerS.B.* is block B of stage S, before which there are the stem and the earlier stages.
    if (!variable.startsWith("layer")) {
      return 0;
    }
    String[] place = variable.substring("layer".length()).split("\\.", 3);
    int stage = Integer.parseInt(place[0]) - 1;
    int before = depths.subList(0, stage).stream().mapToInt(Integer::intValue).sum();
    return 1 + before + Integer.parseInt(place[1]);
  }

  private int planes(int stage) {
    return width << stage;
  }

  @Override
  public <T extends TFloating> Map<String, Operand<T>> stages(Layers layers, Operand<T> x) {
    Map<String, Operand<T>> maps = new LinkedHashMap<>();
    Operand<T> h = stem(layers, x, stem, block == Block.WIDE_BOTTLENECK ? width / 2 : width);
    for (int stage = 0; stage < depths.size(); stage++) {
      String level = "layer" + (stage + 1);
      for (int i = 0; i < depths.get(stage); i++) {
        int stride = stage > 0 && i == 0 ? 2 : 1;
        h = block(layers.in(level + "." + i), h, block, planes(stage), stride);
      }
      maps.put(level, h);
    }
    return maps;
  }

  /**
   * Convolution conv1, batch norm bn1, ReLU, and the maximum where the stem has one.
   *
   * @param x {@code [B, H, W, C]}
   * @return {@code [B, h, w, channels]}
   */
  public static <T extends TFloating> Operand<T> stem(
      Layers layers, Operand<T> x, Stem stem, int channels) {
    int kernel = stem == Stem.IMAGENET ? 7 : 3;
    int stride = stem == Stem.SMALL ? 1 : 2;
    Operand<T> h = layers.conv(x, "conv1", channels, kernel, stride);
    h = layers.relu(layers.batchNorm(h, "bn1"));
    return stem == Stem.IMAGENET ? layers.maxPool(h) : h;
  }

  /**
   * One residual block (figures 2 and 5).
   *
   * @param x {@code [B, H, W, C]}
   * @param planes channels of the 3x3 convolutions
   * @param stride 1 or 2; a shortcut that changes shape is a 1x1 convolution with batch norm
   */
  public static <T extends TFloating> Operand<T> block(
      Layers layers, Operand<T> x, Block block, int planes, int stride) {
    Ops tf = layers.ops();
    int outputs = planes * block.expansion;
    Operand<T> h;
    if (block == Block.BASIC) {
      h = layers.relu(layers.batchNorm(layers.conv(x, "conv1", planes, 3, stride), "bn1"));
      h = layers.batchNorm(layers.conv(h, "conv2", planes, 3, 1), "bn2");
    } else {
      h = layers.relu(layers.batchNorm(layers.conv(x, "conv1", planes, 1, 1), "bn1"));
      h = layers.relu(layers.batchNorm(layers.conv(h, "conv2", planes, 3, stride), "bn2"));
      h = layers.batchNorm(layers.conv(h, "conv3", outputs, 1, 1), "bn3");
    }
    Operand<T> shortcut = x;
    if (stride != 1 || x.shape().get(3) != outputs) {
      Layers downsample = layers.in("downsample");
      shortcut = downsample.batchNorm(downsample.conv(x, "0", outputs, 1, stride), "1");
    }
    return layers.relu(tf.math.add(h, shortcut));
  }
}
