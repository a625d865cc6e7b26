package org.vocabeam.models.pretext;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.UserError;
import org.vocabeam.models.views.ColourJitter;
import org.vocabeam.models.views.Grey;
import org.vocabeam.models.views.Orientation;
import org.vocabeam.models.views.PatchGrid;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.ViewSpec;

/** Nine tiles of an image, with gaps between them and places that vary by some pixels. */
final class Tiles {
  static final int COUNT = 9;

  private Tiles() {}

  /**
   * Returns tiles row by row, in the proportions of Noroozi and Favaro 2016 (section 3.2: cells of
   * 75 of 225 pixels, tiles of 64).
   *
   * @param baseSize side of the crop that is cut into tiles, in pixels
   * @param greyProbability of the whole crop
   */
  static ViewSpec of(String name, int baseSize, double greyProbability) {
    int cell = baseSize / 3;
    int size = Math.max(1, Math.round(cell * 64 / 75f));
    return new ViewSpec(
        name,
        size,
        COUNT,
        new PatchGrid(
            new RandomResizedCrop(/* minArea= */ 0.6, /* maxArea= */ 1),
            baseSize,
            /* grid= */ 3,
            cell,
            /* jitter= */ cell - size),
        Orientation.FLIPPED,
        // Without jitter, which still has its place among the draws.
        List.of(ColourJitter.NONE, new Grey(greyProbability)));
  }

  /** Rejects a view other than all cells of a grid of three by three. */
  static void check(ViewSpec view) {
    boolean tiles = view.geometry() instanceof PatchGrid grid && grid.grid() == 3;
    if (!tiles || view.count() != COUNT) {
      throw new UserError(
          "view "
              + view.name()
              + " is "
              + view.count()
              + " of "
              + view.geometry()
              + ", must be all 9 patches of a grid of 3");
    }
  }

  /**
   * Authors tiles by their number.
   *
   * @param tiles {@code [T B, S, S, C]}, image-major
   * @param numbers 0 to T - 1, {@code [B, N]}
   * @return {@code [B N, S, S, C]}, image-major
   */
  static Operand<TFloat32> take(Ops tf, Operand<TFloat32> tiles, Operand<TInt32> numbers) {
    long[] shape = tiles.shape().asArray();
    long images = numbers.shape().get(0);
    Operand<TFloat32> byImage =
        tf.reshape(
            tiles,
            tf.constant(new long[] {images, shape[0] / images, shape[1], shape[2], shape[3]}));
    return tf.reshape(
        tf.gather(byImage, numbers, tf.constant(1), Gather.batchDims(1L)),
        tf.constant(new long[] {images * numbers.shape().get(1), shape[1], shape[2], shape[3]}));
  }

  /**
   * Authors tiles with mean 0 and standard deviation 1 in every channel, so that brightness does
   * not reveal neighbours (Noroozi and Favaro 2016, section 3.3).
   */
  static Operand<TFloat32> standardized(Ops tf, Operand<TFloat32> tiles) {
    Operand<TInt32> axes = tf.constant(new int[] {1, 2});
    Operand<TFloat32> centred = tf.math.sub(tiles, tf.math.mean(tiles, axes, Mean.keepDims(true)));
    Operand<TFloat32> variance = tf.math.mean(tf.math.square(centred), axes, Mean.keepDims(true));
    return tf.math.mul(centred, tf.math.rsqrt(tf.math.add(variance, tf.constant(1e-4f))));
  }
}
