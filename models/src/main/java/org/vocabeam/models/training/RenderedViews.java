package org.vocabeam.models.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.program.ProgramWriter;
import org.vocabeam.models.views.ViewRenderer;
import org.vocabeam.models.views.ViewSampler;
import org.vocabeam.models.views.ViewSpec;

/**
 * The signature of a program that makes views of images, the same before a training step and for
 * views that are stored. Its inputs are {@code images} and, by the name of the view, what was drawn
 * for it.
 *
 * @param views kinds of view
 * @param images their shape
 * @param seed of the run; with epoch, image and view it seeds what is drawn
 */
record RenderedViews(List<ViewSpec> views, ImageShape images, long seed) {
  static final String IMAGES = "images";
  static final String RENDER = "render";

  static RenderedViews of(Recipe recipe) {
    return new RenderedViews(recipe.method().views(), recipe.images(), recipe.seed());
  }

  /**
   * Adds the signature {@link #RENDER}. Its outputs are, by the name of the view, pixels {@code [B
   * count, size, size, C]}, rows image-major.
   */
  void author(ProgramWriter writer, int batch) {
    Map<String, Operand<?>> inputs = new LinkedHashMap<>();
    Ops tf = writer.ops();
    Operand<TUint8> pixels =
        writer.input(
            IMAGES, TUint8.class, batch, images.height(), images.width(), images.channels());
    inputs.put(IMAGES, pixels);
    Map<String, Operand<TUint8>> rendered = new LinkedHashMap<>();
    for (ViewSpec view : views) {
      Operand<TFloat32> parameters =
          writer.input(
              "drawn/" + view.name(),
              TFloat32.class,
              (long) batch * view.count(),
              ViewSampler.width(view));
      inputs.put(view.name(), parameters);
      rendered.put(view.name(), ViewRenderer.render(tf, view, pixels, parameters));
    }
    writer.signature(RENDER, inputs, rendered);
  }

  /**
   * Draws the inputs that are not pixels.
   *
   * @param batch the size that was authored; images beyond the given ones get zeros
   * @param ids of the images
   * @param epochs how often each image has been seen before
   */
  Map<String, float[]> draw(int batch, List<String> ids, long[] epochs) {
    Map<String, float[]> drawn = new LinkedHashMap<>();
    for (ViewSpec view : views) {
      int perImage = view.count() * ViewSampler.width(view);
      float[] parameters = new float[batch * perImage];
      for (int i = 0; i < ids.size(); i++) {
        long of = Seeds.of(seed, epochs[i], ids.get(i), view.name());
        ViewSampler.sample(view, images.height(), images.width(), of, parameters, i * perImage);
      }
      drawn.put(view.name(), parameters);
    }
    return drawn;
  }
}
