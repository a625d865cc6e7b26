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

/** Renders the views that a recipe's method wants, in batches of a static size. */
public final class Augmenter implements AutoCloseable {
  private final RenderedViews views;
  private final int batchSize;
  private final Program program;

  private Augmenter(RenderedViews views, int batchSize, Program program) {
    this.views = views;
    this.batchSize = batchSize;
    this.program = program;
  }

  /** Authors and loads the program. */
  public static Augmenter of(Recipe recipe, int batchSize) {
    TensorFlowNative.load();
    RenderedViews views = RenderedViews.of(recipe);
    try (ProgramWriter writer = new ProgramWriter()) {
      views.author(writer, batchSize);
      return new Augmenter(views, batchSize, Program.load(writer));
    }
  }

  /** The kinds of view, in their order. */
  public List<ViewSpec> views() {
    return views.views();
  }

  public ImageShape images() {
    return views.images();
  }

  public int batchSize() {
    return batchSize;
  }

  /**
   * Renders up to a batch of images.
   *
   * @param images each {@code [H, W, C]} bytes
   * @param ids of the images
   * @param epoch of the run that the views are for
   * @return name of the view to pixels {@code [B count, size, size, C]}, of which the first rows
   *     are those of the images
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
