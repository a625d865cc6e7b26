package org.vocabeam.models.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.program.ProgramWriter;
import org.vocabeam.models.views.DrawnViews;
import org.vocabeam.models.views.ViewRenderer;
import org.vocabeam.models.views.ViewSampler;
import org.vocabeam.models.views.ViewSpec;

/**
 * The views that a recipe's method wants, the same in a training step and for stored views: how
 * they are drawn, and the graph from cuts to 8-bit views.
 *
 * <pre>{@code
 * RenderedViews views = RenderedViews.of(recipe);
 * List<DrawnViews> drawn = views.draw("cat.jpg", epoch, height, width);
 * }</pre>
 *
 * @param views kinds of view
 * @param channels of all images
 * @param seed of the run; with epoch, image and view it seeds the draws
 */
public record RenderedViews(List<ViewSpec> views, int channels, long seed) {

  /** Returns the views of a recipe. */
  public static RenderedViews of(Recipe recipe) {
    return new RenderedViews(recipe.method().views(), recipe.images().channels(), recipe.seed());
  }

  /**
   * Draws all views of one image.
   *
   * @param epoch how often the image has been seen before
   * @param height of the image, in pixels
   * @param width of the image, in pixels
   * @return one for each kind of view, in their order
   */
  public List<DrawnViews> draw(String id, long epoch, int height, int width) {
    List<DrawnViews> drawn = new ArrayList<>(views.size());
    for (ViewSpec view : views) {
      drawn.add(ViewSampler.sample(view, height, width, Seeds.of(seed, epoch, id, view.name())));
    }
    return drawn;
  }

  /** Returns the name of the input with the parameters of a kind of view. */
  static String parameters(ViewSpec view) {
    return view.name() + "/drawn";
  }

  /**
   * Inputs and outputs of the graph of all views.
   *
   * @param inputs cuts by the name of the view, and its parameters where it has any
   * @param views by name, {@code [B count, size, size, C]}, rows image-major
   */
  record Graph(Map<String, Operand<?>> inputs, Map<String, Operand<TUint8>> views) {}

  /** Authors the graph for a batch of images. */
  Graph author(ProgramWriter writer, int batch) {
    Map<String, Operand<?>> inputs = new LinkedHashMap<>();
    Map<String, Operand<TUint8>> rendered = new LinkedHashMap<>();
    for (ViewSpec view : views) {
      long rows = (long) batch * view.cuts();
      Operand<TUint8> cuts =
          writer.stagedInput(
              view.name(), TUint8.class, rows, view.cutSize(), view.cutSize(), channels);
      inputs.put(view.name(), cuts);
      Operand<TFloat32> parameters = null;
      if (view.width() > 0) {
        String name = parameters(view);
        parameters =
            writer.stagedInput(name, TFloat32.class, (long) batch * view.count(), view.width());
        inputs.put(name, parameters);
      }
      rendered.put(view.name(), ViewRenderer.render(writer.ops(), view, cuts, parameters));
    }
    return new Graph(inputs, rendered);
  }
}
