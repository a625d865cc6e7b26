package org.vocabeam.models.training;

import static com.google.common.base.Preconditions.checkArgument;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;
import org.vocabeam.models.views.ViewSpec;

/**
 * Renderer of the views that a recipe's method wants, in batches of a static size.
 *
 * <pre>{@code
 * try (Augmenter augmenter = Augmenter.of(recipe, 64)) {
 *   Map<String, byte[]> views = augmenter.render(images, ids, epoch);
 * }
 * }</pre>
 */
public final class Augmenter implements AutoCloseable {
  private final RenderedViews views;
  private final int batchSize;
  private final Program program;

  private Augmenter(RenderedViews views, int batchSize, Program program) {
    this.views = views;
    this.batchSize = batchSize;
    this.program = program;
  }

  /** Returns a renderer whose program is loaded. */
  public static Augmenter of(Recipe recipe, int batchSize) {
    TensorFlowNative.load();
    RenderedViews views = RenderedViews.of(recipe);
    try (ProgramWriter writer = new ProgramWriter()) {
      views.author(writer, batchSize);
      return new Augmenter(views, batchSize, Program.load(writer));
    }
  }

  /** Returns the kinds of view, in their order. */
  public List<ViewSpec> views() {
    return views.views();
  }

  /** Returns the shape of the images. */
  public ImageShape images() {
    return views.images();
  }

  /** Returns the largest number of images that are rendered together. */
  public int batchSize() {
    return batchSize;
  }

  /**
   * Renders up to a batch of images.
   *
   * @param images each {@code [H, W, C]} bytes
   * @param ids of the images; with the epoch they seed what is drawn
   * @param epoch of the run in which the views are seen
   * @return name of the view to pixels {@code [B count, size, size, C]}, rows image-major, those of
   *     the images first
   */
  public Map<String, byte[]> render(List<byte[]> images, List<String> ids, long epoch) {
    checkArgument(
        images.size() <= batchSize, "%s images, at most %s at a time", images.size(), batchSize);
    int bytes = views.images().bytes();
    byte[] pixels = new byte[batchSize * bytes];
    for (int i = 0; i < images.size(); i++) {
      System.arraycopy(images.get(i), 0, pixels, i * bytes, bytes);
    }
    long[] epochs = new long[ids.size()];
    Arrays.fill(epochs, epoch);
    Map<String, Object> inputs = new HashMap<>(views.draw(batchSize, ids, epochs));
    inputs.put(RenderedViews.IMAGES, pixels);
    return program.run(
        RenderedViews.RENDER,
        inputs,
        outputs -> {
          Map<String, byte[]> rendered = new HashMap<>();
          for (NDArray view : outputs) {
            rendered.put(view.getName(), view.toByteArray());
          }
          return rendered;
        });
  }

  @Override
  public void close() {
    program.close();
  }
}
