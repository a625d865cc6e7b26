package org.vocabeam.models.views;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Sampled parameters in a graph, {@code [N, P]}, by the meaning of their columns. */
record ViewParameters(List<ViewColumn> columns, Operand<TFloat32> rows) {

  boolean has(ViewColumn column) {
    return columns.contains(column);
  }

  /** One value per row, {@code [N, 1, 1]}: it meets a plane {@code [N, H, W]}. */
  Operand<TFloat32> perPlane(Ops tf, ViewColumn column) {
    return column(tf, column, 1, 1);
  }

  /** One value per row, {@code [N, 1, 1, 1]}: it meets images {@code [N, H, W, C]}. */
  Operand<TFloat32> perImage(Ops tf, ViewColumn column) {
    return column(tf, column, 1, 1, 1);
  }

  /** The boxes of CropAndResize, {@code [N, 4]}. */
  Operand<TFloat32> boxes(Ops tf) {
    return tf.slice(rows, tf.constant(new int[] {0, 0}), tf.constant(new int[] {-1, 4}));
  }

  /** One value per row, {@code [N, 1, ..]} with the given ones. */
  Operand<TFloat32> column(Ops tf, ViewColumn column, int... ones) {
    int[] shape = new int[ones.length + 1];
    System.arraycopy(ones, 0, shape, 1, ones.length);
    shape[0] = Math.toIntExact(rows.shape().get(0));
    Operand<TFloat32> values =
        tf.slice(
            rows,
            tf.constant(new int[] {0, columns.indexOf(column)}),
            tf.constant(new int[] {-1, 1}));
    return tf.reshape(values, tf.constant(shape));
  }
}
