package org.vocabeam.models.views;

import java.io.Serializable;
import java.util.SplittableRandom;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Random flips and quarter turns of a view, the flip first.
 *
 * <p>Mirrored axes cost nothing: the box of the crop is read backwards. A quarter turn is a flip
 * and a transposition, which is all that is left to the graph.
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

  /** Quarter turns, 0 to 3. */
  static final ViewParameter TURNS = ViewParameter.ofGeometry("turns");

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

  /**
   * Exchanges rows and columns where the number of turns is odd.
   *
   * @param crops {@code [N, S, S, C]}
   * @param turns {@code [N, 1, 1, 1]}
   */
  static Operand<TFloat32> transposeOdd(Ops tf, Operand<TFloat32> crops, Operand<TFloat32> turns) {
    Operand<TFloat32> odd = tf.math.floorMod(turns, tf.constant(2f));
    Operand<TFloat32> transposed = tf.linalg.transpose(crops, tf.constant(new int[] {0, 2, 1, 3}));
    // One factor is 0 and the other 1, so this is exact; tf.select takes ten times as long.
    return tf.math.add(
        tf.math.mul(transposed, odd), tf.math.mul(crops, tf.math.sub(tf.constant(1f), odd)));
  }
}
