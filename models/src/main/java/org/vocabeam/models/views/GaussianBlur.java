package org.vocabeam.models.views;

import java.util.List;
import java.util.SplittableRandom;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Blur by a Gaussian whose standard deviation is drawn from U(minSigma, maxSigma).
 *
 * <p>{@code Deviation:} the true Gaussian, renormalised at the borders; Pillow approximates it by
 * box filters and repeats the border pixel.
 *
 * @param minSigma in pixels of the view
 * @param maxSigma in pixels of the view, at most 1000
 * @param probability that a view is changed
 */
public record GaussianBlur(double minSigma, double maxSigma, double probability)
    implements Augmentation {

  /** No blur. */
  public static final GaussianBlur NONE = new GaussianBlur(0, 0, 0);

  /** Standard deviation in pixels. */
  static final ViewParameter SIGMA = new ViewParameter("sigma", 0, GaussianBlur::blur);

  private static final double SHARP = 0.05;
  private static final double WEIGHT_UNIT = 1 << 22;

  public GaussianBlur {
    new Range(0, 1000).check("sigma", new Range(minSigma, maxSigma));
    Range.PROBABILITY.check("blur probability", probability);
  }

  @Override
  public List<ViewParameter> parameters() {
    return List.of(SIGMA);
  }

  @Override
  public void draw(SplittableRandom random, ViewRow row) {
    row.set(SIGMA, new Range(minSigma, maxSigma).draw(random));
  }

  /**
   * Two matrix products per plane, {@code M X M^T}, with a matrix for every image.
   *
   * <p>Sums must not depend on the batch or the number of threads, or a stored view would differ
   * from an online one in a pixel here and there. So they are exact: pixels are whole numbers (8
   * bits), weights multiples of 2^-22, products of the three fit a double's 53 bits. In double
   * precision they are also out of reach of a graph rewriter that lowers the precision of matrix
   * products.
   */
  private static Planes blur(Planes crops, Operand<TFloat32> sigma) {
    Ops tf = crops.ops();
    Operand<TFloat64> weights = weights(tf, crops.side(), sigma);
    return crops.mapWhole(
        plane -> {
          Operand<TFloat64> rows =
              tf.train.batchMatMul(weights, tf.dtypes.cast(plane, TFloat64.class), TFloat64.class);
          Operand<TFloat64> blurred =
              tf.train.batchMatMul(rows, weights, TFloat64.class, BatchMatMul.adjY(true));
          return tf.dtypes.cast(tf.math.rint(blurred), TFloat32.class);
        });
  }

  /** {@code [N, S, S]}; row i holds exp(-(i - j)^2 / (2 sigma^2)), normalised to sum 1. */
  private static Operand<TFloat64> weights(Ops tf, int size, Operand<TFloat32> sigma) {
    double[][] squaredDistance = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        squaredDistance[i][j] = (i - j) * (i - j);
      }
    }
    Operand<TFloat64> width =
        tf.math.maximum(tf.dtypes.cast(sigma, TFloat64.class), tf.constant(SHARP));
    Operand<TFloat64> exponent = tf.math.div(tf.constant(-0.5), tf.math.mul(width, width));
    Operand<TFloat64> bell = tf.math.exp(tf.math.mul(tf.constant(squaredDistance), exponent));
    Operand<TFloat64> sum = tf.reduceSum(bell, tf.constant(2), ReduceSum.keepDims(true));
    Operand<TFloat64> units =
        tf.math.rint(tf.math.mul(bell, tf.math.div(tf.constant(WEIGHT_UNIT), sum)));
    return tf.math.mul(units, tf.constant(1 / WEIGHT_UNIT));
  }
}
