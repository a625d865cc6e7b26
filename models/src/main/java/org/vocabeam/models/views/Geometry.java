package org.vocabeam.models.views;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Which part of an image a view shows. Areas are shares of the image, lengths are pixels. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Geometry.RandomResizedCrop.class, name = "randomResizedCrop"),
  @JsonSubTypes.Type(value = Geometry.CentreCrop.class, name = "centreCrop"),
  @JsonSubTypes.Type(value = Geometry.PatchGrid.class, name = "patchGrid")
})
public sealed interface Geometry {

  /**
   * A box of random area and aspect ratio (width / height, log-uniform), resized to the view's
   * size. Whole pixels, ten attempts and then the largest central box of an allowed aspect:
   * torchvision's {@code RandomResizedCrop.get_params}.
   *
   * <p>{@code Deviation:} bilinear samples without the low-pass filter that Pillow applies when it
   * shrinks. Images are stored near the size that they are trained at, where the two agree.
   */
  record RandomResizedCrop(double minArea, double maxArea, double minAspect, double maxAspect)
      implements Geometry {
    public RandomResizedCrop {
      ViewSpec.checkRange("area", minArea, maxArea, Math.ulp(1.0), 1);
      ViewSpec.checkRange("aspect", minAspect, maxAspect, 0.01, 100);
    }

    /** With the aspect ratios of every paper: 3/4 to 4/3. */
    public RandomResizedCrop(double minArea, double maxArea) {
      this(minArea, maxArea, 3.0 / 4, 4.0 / 3);
    }
  }

  /**
   * The image is scaled so that its short side is {@code resize}; the view is the centre. With
   * {@code resize} equal to the view's size, a square image is only resized.
   */
  record CentreCrop(int resize) implements Geometry {
    public CentreCrop {
      ViewSpec.checkRange("resize", resize, resize, 1, 1 << 14);
    }
  }

  /**
   * OBoW's patches (reference code {@code CropImagePatches}): the image is cropped once to {@code
   * baseSize} and flipped, turned and coloured as a whole; the views are pixel-exact patches of it.
   * Cell (i, j) of the {@code grid} x {@code grid} cells starts at {@code cell * (i, j)} plus 0 to
   * {@code jitter} pixels each way. As many different cells as the view counts, in random order;
   * all of them row by row, as tiles.
   */
  record PatchGrid(RandomResizedCrop base, int baseSize, int grid, int cell, int jitter)
      implements Geometry {
    public PatchGrid {
      ViewSpec.checkRange("baseSize", baseSize, baseSize, 1, 1 << 14);
      ViewSpec.checkRange("grid", grid, grid, 1, 64);
      ViewSpec.checkRange("cell", cell, cell, 0, baseSize);
      ViewSpec.checkRange("jitter", jitter, jitter, 0, baseSize);
    }
  }
}
