package org.vocabeam.models.training;

import static com.google.common.base.Preconditions.checkArgument;

import ai.djl.ndarray.NDArray;
import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.Map;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;

/**
 * Renderer of the views that a recipe's method wants, in batches of a static size.
 *
 * <pre>{@code
 * try (Augmenter augmenter = Augmenter.of(recipe, 64)) {
 *   ViewBatch batch = augmenter.batch();
 *   batch.cut(0, augmenter.views().draw(id, epoch, height, width), raster, resampler);
 *   Map<String, byte[]> views = augmenter.render(batch);
 * }
 * }</pre>
 */
public final class Augmenter implements AutoCloseable {
  private static final String RENDER = "render";

  private final Recipe recipe;
  private final RenderedViews views;
  private final int batchSize;
  private final Program program;

  private Augmenter(Recipe recipe, RenderedViews views, int batchSize, Program program) {
    this.recipe = recipe;
    this.views = views;
    this.batchSize = batchSize;
    this.program = program;
  }

  /** Returns a renderer whose program is loaded. */
  public static Augmenter of(Recipe recipe, int batchSize) {
    TensorFlowNative.load();
    RenderedViews views = RenderedViews.of(recipe);
    try (ProgramWriter writer = new ProgramWriter()) {
      RenderedViews.Graph graph = views.author(writer, batchSize);
      writer.signature(RENDER, graph.inputs(), graph.views());
      return new Augmenter(recipe, views, batchSize, Program.load(writer));
    }
  }

  /** Returns the views that are rendered. */
  public RenderedViews views() {
    return views;
  }

  /** Returns the largest number of images that are rendered together. */
  public int batchSize() {
    return batchSize;
  }

  /** Returns memory for the images of a batch. */
  public ViewBatch batch() {
    return ViewBatch.of(recipe, ViewSource.IMAGES, batchSize);
  }

  /**
   * Renders a batch, of which some places may be empty.
   *
   * @return name of the view to pixels {@code [B count, size, size, C]}, rows image-major
   */
  public Map<String, byte[]> render(ViewBatch batch) {
    checkArgument(
        batch.size() == batchSize && batch.source() == ViewSource.IMAGES,
        "the batch has %s %s, must have %s images",
        batch.size(),
        batch.source(),
        batchSize);
    try {
      return program.run(
          RENDER,
          batch.inputs(0, batch.size()),
          outputs -> {
            Map<String, byte[]> rendered = new HashMap<>();
            for (NDArray view : outputs) {
              rendered.put(view.getName(), view.toByteArray());
            }
            return rendered;
          });
    } finally {
      Reference.reachabilityFence(batch); // its memory is not freed before
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
