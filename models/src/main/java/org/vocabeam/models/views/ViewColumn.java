package org.vocabeam.models.views;

import java.util.ArrayList;
import java.util.List;
import org.vocabeam.models.views.Appearance.ColourJitter;
import org.vocabeam.models.views.Geometry.PatchGrid;

/**
 * What a column of sampled parameters means. A view has the columns that it uses, in this order;
 * the value for "not this time" leaves the pixels as they are.
 */
enum ViewColumn {
  /**
   * Where the first and last row and column of samples lie, as CropAndResize wants it: 0 is the
   * centre of the first pixel and 1 of the last one, after the image was padded by a pixel on each
   * side. Reversed for flips.
   */
  Y1,
  X1,
  Y2,
  X2,
  /**
   * Quarter turns 0 to 3. The flips of a turn are in the box; what is left is to transpose 1, 3.
   */
  TURNS,
  /** Shift in turns of the colour circle; 0 for none. */
  HUE,
  /** Factors; 1 for none. */
  BRIGHTNESS,
  CONTRAST,
  /** Factor; 1 for none, 0 for grey. */
  SATURATION,
  /** Standard deviation in pixels; 0 for none. */
  SIGMA,
  /** Pixel value; 256 for none. */
  THRESHOLD,
  /** Corner of the patch in the base crop, whole pixels. */
  PATCH_Y,
  PATCH_X;

  static List<ViewColumn> of(ViewSpec spec) {
    Appearance appearance = spec.appearance();
    ColourJitter jitter = appearance.jitter();
    boolean jittered = jitter.probability() > 0;
    List<ViewColumn> columns = new ArrayList<>(List.of(Y1, X1, Y2, X2));
    addIf(columns, spec.quarterTurns(), TURNS);
    addIf(columns, jittered && jitter.hue() > 0, HUE);
    addIf(columns, jittered && jitter.brightness() > 0, BRIGHTNESS);
    addIf(columns, jittered && jitter.contrast() > 0, CONTRAST);
    addIf(
        columns,
        (jittered && jitter.saturation() > 0) || appearance.greyProbability() > 0,
        SATURATION);
    addIf(columns, appearance.blur().probability() > 0, SIGMA);
    addIf(columns, appearance.solarize().probability() > 0, THRESHOLD);
    addIf(columns, spec.geometry() instanceof PatchGrid, PATCH_Y);
    addIf(columns, spec.geometry() instanceof PatchGrid, PATCH_X);
    return columns;
  }

  private static void addIf(List<ViewColumn> columns, boolean used, ViewColumn column) {
    if (used) {
      columns.add(column);
    }
  }
}
