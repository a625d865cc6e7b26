package org.vocabeam.models.views;

import java.util.List;

/**
 * Part of an image that cuts need, and how far the image may be scaled down while it is decoded.
 *
 * <pre>{@code
 * Region region = Region.of(List.of(cut));
 * }</pre>
 *
 * @param denominator 1, 2, 4 or 8: the image may be scaled by 1 / denominator
 * @param top first row of the scaled image
 * @param left first column of the scaled image
 * @param bottom end of the rows, exclusive
 * @param right end of the columns, exclusive
 */
public record Region(int denominator, int top, int left, int bottom, int right) {

  /** Returns the region of all cuts, with the denominator that suits the largest of them. */
  public static Region of(List<Cut> cuts) {
    int denominator = cuts.stream().mapToInt(Cut::denominator).min().orElseThrow();
    return of(cuts, denominator);
  }

  /** Returns the region of all cuts in an image that is scaled by 1 / denominator. */
  public static Region of(List<Cut> cuts, int denominator) {
    int top = Integer.MAX_VALUE;
    int left = Integer.MAX_VALUE;
    int bottom = 0;
    int right = 0;
    for (Cut cut : cuts) {
      top = Math.min(top, cut.rows().first(denominator));
      left = Math.min(left, cut.columns().first(denominator));
      bottom = Math.max(bottom, cut.rows().end(denominator));
      right = Math.max(right, cut.columns().end(denominator));
    }
    return new Region(denominator, top, left, bottom, right);
  }
}
