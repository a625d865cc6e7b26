package org.vocabeam.models.views;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * The views of a batch of images, as one piece of graph.
 *
 * <pre>{@code
 * Operand<TUint8> images = writer.input("images", TUint8.class, 64, 32, 32, 3);
 * Operand<TFloat32> drawn =
 *     writer.input("drawn", TFloat32.class, 64L * spec.count(), ViewSampler.width(spec));
 * Operand<TUint8> views = ViewRenderer.render(writer.ops(), spec, images, drawn);
 * }</pre>
 */
public final class ViewRenderer {
  private ViewRenderer() {}

  /**
   * Renders the views of a batch. An image's views do not depend on the batch that it is in.
   *
   * @param images {@code [B, H, W, C]}, C = 1 or 3, a static shape
   * @param parameters as {@link ViewSampler} draws them, {@code [B * count,
   *     ViewSampler.width(spec)]}, image by image
   * @return {@code [B * count, size, size, C]}, row = image * count + crop, rounded to 8 bits
   */
  public static Operand<TUint8> render(
      Ops tf, ViewSpec spec, Operand<TUint8> images, Operand<TFloat32> parameters) {
    ViewRows rows = new ViewRows(spec.parameters(), parameters);
    check(spec, images.shape(), parameters.shape());
    Ops scoped = tf.withSubScope("views_" + spec.name());
    if (spec.geometry() instanceof PatchGrid grid) {
      int batch = Math.toIntExact(images.shape().get(0));
      // The parameters of the base crop stand in every row of an image.
      Operand<TUint8> base =
          renderCrops(scoped, spec, images, rows.firstOfEachImage(scoped, batch));
      return grid.cut(scoped, base, rows, spec.size());
    }
    return renderCrops(scoped, spec, images, rows);
  }

  private static Operand<TUint8> renderCrops(
      Ops tf, ViewSpec spec, Operand<TUint8> images, ViewRows rows) {
    int size = spec.baseSize();
    Operand<TFloat32> crops =
        tf.image.cropAndResize(
            repeatBorder(tf, repeatBorder(tf, images, 1), 2),
            rows.boxes(tf),
            rows.imageOfRow(tf, Math.toIntExact(images.shape().get(0))),
            tf.constant(new int[] {size, size}));
    if (spec.orientation().quarterTurns()) {
      crops = Orientation.transposeOdd(tf, crops, rows.column(tf, Orientation.TURNS, 1, 1, 1));
    }
    Planes planes = Planes.of(tf, crops);
    for (ViewParameter parameter : spec.changes()) {
      planes = parameter.change().apply(planes, rows.column(tf, parameter, 1, 1));
    }
    return planes.bytes();
  }

  /**
   * Adds one more pixel at both ends of an axis: samples up to half a pixel outside of the first
   * and last centres then have a neighbour. (MirrorPad does the same 25 times more slowly.)
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

  private static void check(ViewSpec spec, Shape images, Shape parameters) {
    if (images.numDimensions() != 4
        || images.hasUnknownDimension()
        || (images.get(3) != 1 && images.get(3) != 3)) {
      throw new IllegalArgumentException(
          "view %s: images are %s, must be [B, H, W, 1 or 3] with known sizes"
              .formatted(spec.name(), images));
    }
    Shape expected = Shape.of(images.get(0) * spec.count(), ViewSampler.width(spec));
    if (!parameters.equals(expected)) {
      throw new IllegalArgumentException(
          "view %s: parameters are %s, must be %s".formatted(spec.name(), parameters, expected));
    }
  }
}
