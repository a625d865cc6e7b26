package org.vocabeam.models.views;

import java.util.SplittableRandom;

/**
 * The image as a trained encoder is shown it, without any draw: {@link Cut#whole}.
 *
 * <pre>{@code
 * ViewSpec view =
 *     new ViewSpec("shown", 32, 1, new WholeImage(), Orientation.UPRIGHT, List.of(new Grey(0.2)));
 * }</pre>
 */
public record WholeImage() implements Geometry {
  @Override
  public Cut draw(int size, int height, int width, SplittableRandom random) {
    return Cut.whole(height, width, size, size);
  }
}
