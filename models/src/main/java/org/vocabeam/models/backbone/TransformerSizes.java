package org.vocabeam.models.backbone;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.function.IntFunction;

/** Vision transformers of the papers' sizes, and one for small images. */
final class TransformerSizes {
  /** Side in pixels of the views of the papers' settings. */
  private static final int PAPER_SIDE = 224;

  private TransformerSizes() {}

  /** Returns networks by name, for images of a shorter side in pixels. */
  static Map<String, IntFunction<Backbone>> byName() {
    ImmutableMap.Builder<String, IntFunction<Backbone>> sizes = ImmutableMap.builder();
    ImmutableMap.of("ti", 192, "s", 384, "b", 768)
        .forEach(
            (size, width) -> {
              for (int patch : new int[] {16, 8}) {
                sizes.put("vit-" + size + patch, side -> dino(patch, width, side));
              }
              sizes.put("vit-" + size + "14", side -> dinoV2(width, side, /* registers= */ 0));
              sizes.put("vit-" + size + "14-reg", side -> dinoV2(width, side, /* registers= */ 4));
            });
    sizes.put("vit-mini4", TransformerSizes::mini);
    sizes.put("vit-s16-dinov3", side -> dinoV3(/* width= */ 384, side));
    sizes.put("vit-b16-dinov3", side -> dinoV3(/* width= */ 768, side));
    return sizes.build();
  }

  /** Returns a network for images of 28 to 64 pixels and minutes on a processor. */
  private static VisionTransformer mini(int side) {
    int patch = 4;
    return new VisionTransformer(
        patch,
        /* width= */ 96,
        /* depth= */ 4,
        /* heads= */ 3,
        gridFor(patch, side),
        Positions.OFFSET,
        VisionTransformer.FeedForward.MLP,
        /* registers= */ 0,
        /* layerScale= */ null,
        VisionTransformer.Feature.CLASS_TOKEN,
        /* dropPath= */ 0);
  }

  /** Returns the form of DINO (Caron et al. 2021, table 1), with heads of 64 channels. */
  private static VisionTransformer dino(int patch, int width, int side) {
    int fitting = patchFor(patch, side);
    return new VisionTransformer(
        fitting,
        width,
        /* depth= */ 12,
        /* heads= */ width / 64,
        gridFor(fitting, side),
        Positions.OFFSET,
        VisionTransformer.FeedForward.MLP,
        /* registers= */ 0,
        /* layerScale= */ null,
        VisionTransformer.Feature.CLASS_TOKEN,
        /* dropPath= */ 0.1);
  }

  /** Returns the form of DINOv2 (Oquab et al. 2023, table 16), with registers or without. */
  private static VisionTransformer dinoV2(int width, int side, int registers) {
    int fitting = patchFor(/* patch= */ 14, side);
    return new VisionTransformer(
        fitting,
        width,
        /* depth= */ 12,
        /* heads= */ width / 64,
        gridFor(fitting, side),
        registers > 0 ? Positions.ANTIALIASED : Positions.OFFSET,
        VisionTransformer.FeedForward.MLP,
        registers,
        /* layerScale= */ 1e-5,
        VisionTransformer.Feature.CLASS_TOKEN,
        /* dropPath= */ 0.1);
  }

  /** Returns the form of DINOv3 (Simeoni et al. 2025, section 3.2). */
  private static VisionTransformer dinoV3(int width, int side) {
    int fitting = patchFor(/* patch= */ 16, side);
    return new VisionTransformer(
        fitting,
        width,
        /* depth= */ 12,
        /* heads= */ width / 64,
        gridFor(fitting, side),
        Positions.ROTARY,
        VisionTransformer.FeedForward.MLP,
        /* registers= */ 4,
        /* layerScale= */ 1e-5,
        VisionTransformer.Feature.CLASS_TOKEN,
        /* dropPath= */ 0.1);
  }

  /**
   * Returns a quarter of the patch for small images, for which a ResNet has a stem of a quarter.
   */
  private static int patchFor(int patch, int side) {
    return Backbones.isSmall(side) ? Math.round(patch / 4f) : patch;
  }

  private static int gridFor(int patch, int side) {
    return Math.max(1, (Backbones.isSmall(side) ? side : PAPER_SIDE) / patch);
  }
}
