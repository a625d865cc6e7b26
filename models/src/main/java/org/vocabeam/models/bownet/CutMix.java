package org.vocabeam.models.bownet;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.training.Method.Draw;

/**
 * CutMix (Yun et al. 2019, section 3.2): a box of every image is replaced by the same box of its
 * partner in the batch, and its target becomes {@code lambda y + (1 - lambda) y_partner}, where 1 -
 * lambda is the box's share of the pixels.
 *
 * @param partners row of every image's partner in the batch, {@code [B]}
 * @param boxes top, left, bottom and right of every image's box, the last two exclusive, {@code [B,
 *     4]} whole pixels
 */
record CutMix(Operand<TInt32> partners, Operand<TFloat32> boxes) {
  private static final int UNIT = 1 << 24;
  private static final String MIXED = "cutmix.mixed";
  private static final String PARTNER = "cutmix.partner";
  private static final String AREA = "cutmix.area";
  private static final String CENTRE_Y = "cutmix.y";
  private static final String CENTRE_X = "cutmix.x";

  /** Returns the integers of every image from which {@link #drawn} makes its boxes. */
  static List<Draw> draws() {
    return List.of(
        new Draw(MIXED, UNIT),
        new Draw(PARTNER, UNIT),
        new Draw(AREA, UNIT),
        new Draw(CENTRE_Y, UNIT),
        new Draw(CENTRE_X, UNIT));
  }

  /**
   * Returns boxes as in the paper: before clipping, their area is U(0, 1) of the image (lambda is
   * drawn from Beta(1, 1)), their centre uniform, their shape that of the image. A partner is
   * another image of the batch.
   *
   * @param draws of {@link #draws}, each {@code [B]}
   * @param size of the square images in pixels
   * @param probability that an image is mixed at all
   */
  static CutMix drawn(Ops tf, Map<String, Operand<TInt32>> draws, int size, double probability) {
    int batch = (int) draws.get(MIXED).shape().get(0);
    Operand<TFloat32> mixed =
        tf.dtypes.cast(
            tf.math.less(unit(tf, draws.get(MIXED)), tf.constant((float) probability)),
            TFloat32.class);
    Operand<TFloat32> side =
        tf.math.mul(
            tf.math.mul(tf.math.sqrt(unit(tf, draws.get(AREA))), tf.constant((float) size)), mixed);
    Operand<TFloat32> half = tf.math.floor(tf.math.mul(side, tf.constant(0.5f)));
    Operand<TFloat32> y = pixel(tf, draws.get(CENTRE_Y), size);
    Operand<TFloat32> x = pixel(tf, draws.get(CENTRE_X), size);
    Operand<TFloat32> boxes =
        tf.clipByValue(
            tf.stack(
                List.of(
                    tf.math.sub(y, half),
                    tf.math.sub(x, half),
                    tf.math.add(y, half),
                    tf.math.add(x, half)),
                Stack.axis(1L)),
            tf.constant(0f),
            tf.constant((float) size));
    // The partner is 1 to B - 1 places further on.
    Operand<TInt32> further =
        tf.math.add(tf.math.floorMod(draws.get(PARTNER), tf.constant(batch - 1)), tf.constant(1));
    Operand<TInt32> own = tf.constant(IntStream.range(0, batch).toArray());
    Operand<TInt32> partners = tf.math.floorMod(tf.math.add(own, further), tf.constant(batch));
    return new CutMix(partners, boxes);
  }

  private static Operand<TFloat32> unit(Ops tf, Operand<TInt32> draw) {
    return tf.math.mul(tf.dtypes.cast(draw, TFloat32.class), tf.constant(1f / UNIT));
  }

  private static Operand<TFloat32> pixel(Ops tf, Operand<TInt32> draw, int size) {
    return tf.math.floor(tf.math.mul(unit(tf, draw), tf.constant((float) size)));
  }

  /** Authors the mixed images, {@code [B, H, W, C]}. */
  Operand<TFloat32> images(Ops tf, Operand<TFloat32> images) {
    Operand<TFloat32> rows = inside(tf, (int) images.shape().get(1), 0, 2); // [B, H]
    Operand<TFloat32> columns = inside(tf, (int) images.shape().get(2), 1, 3); // [B, W]
    Operand<TFloat32> box =
        tf.math.mul(
            tf.expandDims(tf.expandDims(rows, tf.constant(2)), tf.constant(3)),
            tf.expandDims(tf.expandDims(columns, tf.constant(1)), tf.constant(3)));
    return mix(tf, images, tf.gather(images, partners, tf.constant(0)), box);
  }

  /**
   * Authors the mixed targets.
   *
   * @param targets {@code [B, K]}
   * @param height of the images in pixels
   * @param width of the images in pixels
   */
  Operand<TFloat32> targets(Ops tf, Operand<TFloat32> targets, int height, int width) {
    Operand<TFloat32> pasted =
        tf.math.mul(
            tf.math.mul(
                tf.math.sub(column(tf, 2), column(tf, 0)),
                tf.math.sub(column(tf, 3), column(tf, 1))),
            tf.constant(1f / ((float) height * width)));
    return mix(tf, targets, tf.gather(targets, partners, tf.constant(0)), pasted);
  }

  /** Authors {@code (1 - share) own + share other}, exact for shares of 0 and 1. */
  private static Operand<TFloat32> mix(
      Ops tf, Operand<TFloat32> own, Operand<TFloat32> other, Operand<TFloat32> share) {
    return tf.math.add(
        tf.math.mul(own, tf.math.sub(tf.constant(1f), share)), tf.math.mul(other, share));
  }

  /** Authors 1 for the rows or columns of the box and 0 for others, {@code [B, size]}. */
  private Operand<TFloat32> inside(Ops tf, int size, int from, int to) {
    float[] places = new float[size];
    for (int i = 0; i < size; i++) {
      places[i] = i;
    }
    Operand<TFloat32> place = tf.constant(places);
    return tf.dtypes.cast(
        tf.math.logicalAnd(
            tf.math.greaterEqual(place, column(tf, from)), tf.math.less(place, column(tf, to))),
        TFloat32.class);
  }

  /** Authors a column of the boxes, {@code [B, 1]}. */
  private Operand<TFloat32> column(Ops tf, int column) {
    return tf.slice(boxes, tf.constant(new int[] {0, column}), tf.constant(new int[] {-1, 1}));
  }
}
