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
 * Signature of a program that makes views of images, the same before a training step and for stored
 * views. Its inputs are {@code images} and, by the name of the view, the parameters that were drawn
 * for it.
 *
 * @param views kinds of view
 * @param images shape of the images
 * @param seed of the run; with epoch, image and view it seeds the parameters
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
   * Draws the inputs other than pixels.
   *
   * @param batch authored size; rows beyond the given images get zeros
   * @param ids of the images
   * @param epochs of the images: how often each has been seen before
   */
  Map<String, float[]> draw(int batch, List<String> ids, long[] epochs) {
    Map<String, float[]> drawn = new LinkedHashMap<>();
    for (ViewSpec view : views) {
      int perImage = view.count() * ViewSampler.width(view);
      float[] parameters = new float[batch * perImage];
      for (int i = 0; i < ids.size(); i++) {
        long imageSeed = Seeds.of(seed, epochs[i], ids.get(i), view.name());
        ViewSampler.sample(
            view, images.height(), images.width(), imageSeed, parameters, i * perImage);
      }
      drawn.put(view.name(), parameters);
    }
    return drawn;
  }
}
