package org.vocabeam.models.views;

import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Drawn parameters of views in a graph.
 *
 * @param parameters of a view, P
 * @param table {@code [N, P]}
 */
record ViewRows(List<ViewParameter> parameters, Operand<TFloat32> table) {

  /**
   * Returns one parameter of each row, {@code [N, 1, ..]}.
   *
   * @param ones dimensions after the first, all 1
   */
  Operand<TFloat32> column(Ops tf, ViewParameter parameter, int... ones) {
    int[] shape = new int[ones.length + 1];
    System.arraycopy(ones, 0, shape, 1, ones.length);
    shape[0] = count();
    Operand<TFloat32> values =
        tf.slice(
            table,
            tf.constant(new int[] {0, parameters.indexOf(parameter)}),
            tf.constant(new int[] {-1, 1}));
    return tf.reshape(values, tf.constant(shape));
  }

  /**
   * Returns the first row of each image, {@code [B, P]}.
   *
   * @param images B
   */
  ViewRows firstOfEachImage(Ops tf, int images) {
    int width = parameters.size();
    Operand<TFloat32> perImage =
        tf.reshape(table, tf.constant(new int[] {-1, count() / images * width}));
    return new ViewRows(
        parameters,
        tf.slice(perImage, tf.constant(new int[] {0, 0}), tf.constant(new int[] {-1, width})));
  }

  /**
   * Returns the number of each row's image, {@code [N]}.
   *
   * @param images B
   */
  Operand<TInt32> imageOfRow(Ops tf, int images) {
    int perImage = count() / images;
    return tf.constant(IntStream.range(0, count()).map(row -> row / perImage).toArray());
  }

  private int count() {
    return Math.toIntExact(table.shape().get(0));
  }
}
