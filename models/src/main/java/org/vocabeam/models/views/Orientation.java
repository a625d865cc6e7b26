package org.vocabeam.models.views;

import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * Random flips and quarter turns of a view, the flip first.
 *
 * <p>They cost nothing: a cut is written in another order.
 *
 * @param flipProbability of a horizontal flip
 * @param quarterTurns whether the view is turned by 0, 1, 2 or 3 quarters, counter-clockwise like
 *     {@code torch.rot90}, equally likely
 */
public record Orientation(double flipProbability, boolean quarterTurns) implements Serializable {

  /** As the image stands. */
  public static final Orientation UPRIGHT = new Orientation(0, false);

  /** Every second view is flipped. */
  public static final Orientation FLIPPED = new Orientation(0.5, false);

  public Orientation {
    Range.PROBABILITY.check("flip probability", flipProbability);
  }

  /**
   * One orientation, drawn for a view.
   *
   * @param flipped horizontally, before it is turned
   * @param turns quarters, counter-clockwise; 0 to 3
   */
  public record Drawn(boolean flipped, int turns) {
    static final Drawn UPRIGHT = new Drawn(false, 0);

    /** Returns whether rows and columns change places, after they were mirrored. */
    boolean transposes() {
      return turns % 2 == 1;
    }

    boolean mirrorsX() {
      // rot90 is a flip of the columns and a transposition, rot270 a flip of the rows and one.
      return flipped ^ (turns == 1 || turns == 2);
    }

    boolean mirrorsY() {
      return turns == 2 || turns == 3;
    }
  }

  Drawn draw(SplittableRandom random) {
    boolean flipped = random.nextDouble() < flipProbability;
    return new Drawn(flipped, quarterTurns ? random.nextInt(4) : 0);
  }
}
