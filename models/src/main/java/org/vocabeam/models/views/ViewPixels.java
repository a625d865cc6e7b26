package org.vocabeam.models.views;

import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.CropAndResize;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.views.Geometry.PatchGrid;

/** Makes the views of a batch of images, as one piece of graph. */
public final class ViewPixels {
  private ViewPixels() {}

  /**
   * The views of a batch. An image's views do not depend on the batch that it is in.
   *
   * @param images {@code [B, H, W, C]}, C = 1 or 3, a static shape
   * @param parameters {@code [B * count, ViewSampler.width(spec)]}, image by image
   * @return {@code [B * count, size, size, C]}, row = image * count + crop, rounded to 8 bits
   */
  public static Operand<TUint8> render(
      Ops tf, ViewSpec spec, Operand<TUint8> images, Operand<TFloat32> parameters) {
    List<ViewColumn> columns = ViewColumn.of(spec);
    check(spec, images.shape(), parameters.shape(), columns.size());
    int batch = Math.toIntExact(images.shape().get(0));
    Ops scoped = tf.withSubScope("views_" + spec.name());
    if (spec.geometry() instanceof PatchGrid) {
      Operand<TFloat32> first = firstOfEachImage(scoped, spec.count(), parameters);
      Operand<TUint8> base =
          renderCrops(scoped, spec, images, new ViewParameters(columns, first), 1);
      return patches(scoped, spec, base, new ViewParameters(columns, parameters), batch);
    }
    return renderCrops(scoped, spec, images, new ViewParameters(columns, parameters), spec.count());
  }

  private static Operand<TUint8> renderCrops(
      Ops tf, ViewSpec spec, Operand<TUint8> images, ViewParameters parameters, int count) {
    int batch = Math.toIntExact(images.shape().get(0));
    Operand<TFloat32> crops =
        tf.image.cropAndResize(
            repeatBorder(tf, repeatBorder(tf, images, 1), 2),
            parameters.boxes(tf),
            imageOfRow(tf, batch, count),
            tf.constant(new int[] {spec.baseSize(), spec.baseSize()}));
    if (parameters.has(ViewColumn.TURNS)) {
      crops = transposeOdd(tf, crops, parameters.perImage(tf, ViewColumn.TURNS));
    }
    return Colours.apply(tf, crops, parameters);
  }

  /**
   * One more pixel at both ends of an axis: samples up to half a pixel outside of the first and
   * last centres then have a neighbour. (MirrorPad does the same 25 times more slowly.)
   */
  private static Operand<TUint8> repeatBorder(Ops tf, Operand<TUint8> images, int axis) {
    int[] begin = new int[4];
    int[] size = {-1, -1, -1, -1};
    size[axis] = 1;
    Operand<TUint8> first = tf.slice(images, tf.constant(begin), tf.constant(size));
    begin[axis] = Math.toIntExact(images.shape().get(axis)) - 1;
    Operand<TUint8> last = tf.slice(images, tf.constant(begin), tf.constant(size));
    return tf.concat(List.of(first, images, last), tf.constant(axis));
  }

  /** Row and column change places where {@code turns [N, 1, 1, 1]} is odd. */
  private static Operand<TFloat32> transposeOdd(
      Ops tf, Operand<TFloat32> crops, Operand<TFloat32> turns) {
    Operand<TFloat32> odd = tf.math.floorMod(turns, tf.constant(2f));
    Operand<TFloat32> transposed = tf.linalg.transpose(crops, tf.constant(new int[] {0, 2, 1, 3}));
    // One factor is 0 and the other 1, so this is exact; tf.select takes ten times as long.
    return tf.math.add(
        tf.math.mul(transposed, odd), tf.math.mul(crops, tf.math.sub(tf.constant(1f), odd)));
  }

  /** Parameters {@code [B * count, P] -> [B, P]}: those of the base crop stand in every row. */
  private static Operand<TFloat32> firstOfEachImage(
      Ops tf, int count, Operand<TFloat32> parameters) {
    int width = Math.toIntExact(parameters.shape().get(1));
    Operand<TFloat32> perImage = tf.reshape(parameters, tf.constant(new int[] {-1, count * width}));
    return tf.slice(perImage, tf.constant(new int[] {0, 0}), tf.constant(new int[] {-1, width}));
  }

  /** Patches {@code [B * count, size, size, C]} of base crops {@code [B, base, base, C]}. */
  private static Operand<TUint8> patches(
      Ops tf, ViewSpec spec, Operand<TUint8> base, ViewParameters parameters, int batch) {
    Operand<TFloat32> scale = tf.constant(1f / Math.max(1, spec.baseSize() - 1));
    Operand<TFloat32> length = tf.constant((float) spec.size() - 1);
    Operand<TFloat32> y = parameters.column(tf, ViewColumn.PATCH_Y, 1);
    Operand<TFloat32> x = parameters.column(tf, ViewColumn.PATCH_X, 1);
    Operand<TFloat32> boxes =
        tf.math.mul(
            tf.concat(
                List.of(y, x, tf.math.add(y, length), tf.math.add(x, length)), tf.constant(1)),
            scale);
    // Nearest: positions are whole pixels but for the last bits of a float.
    return tf.dtypes.cast(
        tf.image.cropAndResize(
            base,
            boxes,
            imageOfRow(tf, batch, spec.count()),
            tf.constant(new int[] {spec.size(), spec.size()}),
            CropAndResize.method("nearest")),
        TUint8.class);
  }

  private static Operand<TInt32> imageOfRow(Ops tf, int batch, int count) {
    return tf.constant(IntStream.range(0, batch * count).map(row -> row / count).toArray());
  }

  private static void check(ViewSpec spec, Shape images, Shape parameters, int width) {
    if (images.numDimensions() != 4
        || images.hasUnknownDimension()
        || (images.get(3) != 1 && images.get(3) != 3)) {
      throw new IllegalArgumentException(
          "view %s: images are %s, must be [B, H, W, 1 or 3] with known sizes"
              .formatted(spec.name(), images));
    }
    Shape expected = Shape.of(images.get(0) * spec.count(), width);
    if (!parameters.equals(expected)) {
      throw new IllegalArgumentException(
          "view %s: parameters are %s, must be %s".formatted(spec.name(), parameters, expected));
    }
  }
}
