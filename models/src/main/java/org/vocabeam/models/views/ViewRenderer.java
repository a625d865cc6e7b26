package org.vocabeam.models.views;

import java.util.Objects;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * The colours of a batch of cuts, as one piece of graph: from cuts to views.
 *
 * <pre>{@code
 * Operand<TUint8> cuts = writer.input("cuts", TUint8.class, 64L * spec.cuts(), 32, 32, 3);
 * Operand<TFloat32> drawn =
 *     writer.input("drawn", TFloat32.class, 64L * spec.count(), spec.width());
 * Operand<TUint8> views = ViewRenderer.render(writer.ops(), spec, cuts, drawn);
 * }</pre>
 */
public final class ViewRenderer {
  private ViewRenderer() {}

  /**
   * Renders the views of a batch. An image's views do not depend on the batch that it is in.
   *
   * @param cuts {@code [B * cuts, cutSize, cutSize, C]}, C = 1 or 3, a static shape, image by image
   * @param parameters as {@link ViewSampler} draws them, {@code [B * count, spec.width()]}, image
   *     by image; null where the width is 0
   * @return {@code [B * count, size, size, C]}, row = image * count + view, rounded to 8 bits
   */
  public static Operand<TUint8> render(
      Ops tf, ViewSpec spec, Operand<TUint8> cuts, Operand<TFloat32> parameters) {
    check(spec, cuts.shape(), parameters == null ? null : parameters.shape());
    Ops scoped = tf.withSubScope("views_" + spec.name());
    if (parameters == null) {
      return scoped.identity(cuts);
    }
    ViewRows rows = new ViewRows(spec.parameters(), parameters);
    if (spec.geometry() instanceof PatchGrid grid) {
      int batch = Math.toIntExact(cuts.shape().get(0));
      // The parameters of the base crop stand in every row of an image.
      Planes base = colour(scoped, spec, cuts, rows.firstOfEachImage(scoped, batch));
      return bytes(scoped, grid.cut(scoped, base.rounded(), rows, spec.size()));
    }
    return bytes(scoped, colour(scoped, spec, cuts, rows).rounded());
  }

  private static Planes colour(Ops tf, ViewSpec spec, Operand<TUint8> cuts, ViewRows rows) {
    Planes planes = Planes.ofBytes(tf, cuts);
    for (ViewParameter parameter : spec.changes()) {
      planes = parameter.change().apply(planes, rows.column(tf, parameter, 1, 1));
    }
    return planes;
  }

  private static Operand<TUint8> bytes(Ops tf, Operand<TFloat32> whole) {
    return tf.dtypes.cast(whole, TUint8.class);
  }

  private static void check(ViewSpec spec, Shape cuts, Shape parameters) {
    if (cuts.numDimensions() != 4
        || cuts.hasUnknownDimension()
        || cuts.get(0) % spec.cuts() != 0
        || cuts.get(1) != spec.cutSize()
        || cuts.get(2) != spec.cutSize()
        || (cuts.get(3) != 1 && cuts.get(3) != 3)) {
      throw new IllegalArgumentException(
          "view %s: cuts are %s, must be [B * %d, %d, %4$d, 1 or 3] with known sizes"
              .formatted(spec.name(), cuts, spec.cuts(), spec.cutSize()));
    }
    Shape expected =
        spec.width() == 0 ? null : Shape.of(cuts.get(0) / spec.cuts() * spec.count(), spec.width());
    if (!Objects.equals(expected, parameters)) {
      throw new IllegalArgumentException(
          "view %s: parameters are %s, must be %s".formatted(spec.name(), parameters, expected));
    }
  }
}
