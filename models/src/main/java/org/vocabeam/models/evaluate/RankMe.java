package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.Svd;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;

/**
 * Effective rank of embeddings (Garrido et al. 2023, "RankMe: Assessing the downstream performance
 * of pretrained self-supervised representations by their rank", equation 1): the exponential of the
 * entropy of p = s / sum(s) + 1e-7, where s are the singular values of the matrix as it is, neither
 * centred nor normalised. It needs no labels. See docs/methods.md, section 9.
 *
 * <pre>{@code
 * double rank = RankMe.of(embeddings, width); // of width 128: 40.2
 * }</pre>
 */
public final class RankMe {
  /** Term of equation 1 that keeps the logarithm finite. */
  private static final double EPSILON = 1e-7;

  private RankMe() {}

  /**
   * Returns the effective rank of rows.
   *
   * @param values {@code [N, D]}, row-major
   * @param width D, at least 1
   * @return from about 1, where all rows lie on one line, to about min(N, D); 1 for zeros
   * @throws Unmeasurable when there is no row, or a value is not finite
   */
  public static double of(float[] values, int width) {
    double[] singular = singularValues(values, width);
    double sum = Arrays.stream(singular).sum();
    if (sum == 0) {
      return 1; // zeros lie on one line too
    }
    double entropy = 0;
    for (double value : singular) {
      double p = value / sum + EPSILON;
      entropy -= p * Math.log(p);
    }
    return Math.exp(entropy);
  }

  /**
   * Returns the singular values of a matrix, the largest first. They are computed in double
   * precision from the matrix itself: through the eigenvalues of its square half of the digits
   * would be lost.
   *
   * @param values {@code [N, D]}, row-major
   * @param width D
   * @return {@code [min(N, D)]}
   */
  static double[] singularValues(float[] values, int width) {
    checkArgument(width > 0, "width is %s, must be positive", width);
    checkArgument(
        values.length % width == 0, "%s values do not fill rows of %s", values.length, width);
    if (values.length == 0) {
      throw new Unmeasurable("there is no image whose features could have a rank");
    }
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw Unmeasurable.notFinite(); // the decomposition would not end
      }
    }
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter()) {
      Ops tf = writer.ops();
      Operand<TFloat32> rows = writer.input("rows", TFloat32.class, values.length / width, width);
      Svd<TFloat64> svd = tf.linalg.svd(tf.dtypes.cast(rows, TFloat64.class), Svd.computeUv(false));
      writer.signature("svd", Map.of("rows", rows), Map.of("s", svd.s()));
      try (Program program = Program.load(writer)) {
        return program.run(
            "svd", Map.of("rows", values), outputs -> outputs.get(0).toDoubleArray());
      }
    }
  }
}
