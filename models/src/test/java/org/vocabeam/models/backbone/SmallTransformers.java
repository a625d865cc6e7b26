package org.vocabeam.models.backbone;

import java.util.List;
import org.vocabeam.models.backbone.VisionTransformer.Feature;
import org.vocabeam.models.backbone.VisionTransformer.FeedForward;

/** Transformers of two blocks, for tests. */
public final class SmallTransformers {
  /** A transformer in the form of DINO. */
  public static final VisionTransformer PLAIN =
      new VisionTransformer(
          /* patch= */ 4,
          /* width= */ 8,
          /* depth= */ 2,
          /* heads= */ 2,
          /* grid= */ 8,
          Positions.OFFSET,
          FeedForward.MLP,
          /* registers= */ 0,
          /* layerScale= */ null,
          Feature.PATCH_MEAN,
          /* dropPath= */ 0);

  /** A transformer with everything that one can have. */
  public static final VisionTransformer FULL =
      new VisionTransformer(
          /* patch= */ 4,
          /* width= */ 8,
          /* depth= */ 2,
          /* heads= */ 2,
          /* grid= */ 8,
          Positions.ANTIALIASED,
          FeedForward.SWIGLU,
          /* registers= */ 2,
          /* layerScale= */ 0.5,
          Feature.CLASS_TOKEN,
          /* dropPath= */ 0.5);

  /** All of them. */
  public static final List<VisionTransformer> ALL = List.of(PLAIN, FULL);

  private SmallTransformers() {}
}
