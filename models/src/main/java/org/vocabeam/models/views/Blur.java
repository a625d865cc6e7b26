package org.vocabeam.models.views;

import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Gaussian blur as two matrix products per plane, {@code M X M^T}, with a matrix for every image.
 *
 * <p>Sums must not depend on the batch or the number of threads, or a stored view would differ from
 * an online one in a pixel here and there. So they are exact: pixels are whole numbers (8 bits),
 * weights multiples of 2^-22, products of the three fit a double's 53 bits. In double precision
 * they are also out of reach of a graph rewriter that lowers the precision of matrix products.
 */
final class Blur {
  private static final double SHARP = 0.05;
  private static final double WEIGHT_UNIT = 1 << 22;

  private Blur() {}

  /**
   * The blur of square planes {@code [N, S, S]} of whole numbers.
   *
   * @param sigma {@code [N, 1, 1]}; 0 leaves the plane as it is
   */
  static UnaryOperator<Operand<TFloat32>> of(Ops tf, Shape planes, Operand<TFloat32> sigma) {
    Operand<TFloat64> weights = weights(tf, Math.toIntExact(planes.get(1)), sigma);
    return plane -> {
      Operand<TFloat64> rows =
          tf.train.batchMatMul(weights, tf.dtypes.cast(plane, TFloat64.class), TFloat64.class);
      Operand<TFloat64> blurred =
          tf.train.batchMatMul(rows, weights, TFloat64.class, BatchMatMul.adjY(true));
      return tf.dtypes.cast(tf.math.rint(blurred), TFloat32.class);
    };
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
