package org.vocabeam.models.views;

import java.util.List;
import java.util.SplittableRandom;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Inversion of bright pixels: {@code x -> 255 - x} where x is at least the threshold.
 *
 * @param threshold 0 to 255
 * @param probability that a view is changed
 */
public record Solarize(int threshold, double probability) implements Augmentation {

  /** No inversion. */
  public static final Solarize NONE = new Solarize(0, 0);

  static final ViewParameter THRESHOLD = new ViewParameter("threshold", 256, Solarize::solarize);

  public Solarize {
    new Range(0, 255).check("threshold", threshold);
    Range.PROBABILITY.check("solarize probability", probability);
  }

  @Override
  public List<ViewParameter> parameters() {
    return List.of(THRESHOLD);
  }

  @Override
  public void draw(SplittableRandom random, ViewRow row) {
    row.set(THRESHOLD, threshold);
  }

  private static Planes solarize(Planes crops, Operand<TFloat32> threshold) {
    Ops tf = crops.ops();
    return crops.mapWhole(
        plane -> {
          Operand<TFloat32> bright =
              tf.dtypes.cast(tf.math.greaterEqual(plane, threshold), TFloat32.class);
          Operand<TFloat32> change =
              tf.math.sub(tf.constant(255f), tf.math.mul(plane, tf.constant(2f)));
          return tf.math.add(plane, tf.math.mul(bright, change));
        });
  }
}
