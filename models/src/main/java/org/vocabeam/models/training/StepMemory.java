package org.vocabeam.models.training;

import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.views.ViewSpec;

/**
 * Least memory of a step, estimated from the shapes of its views and of the network's maps: a step
 * needs more, so a batch that does not fit by this estimate does not fit.
 *
 * <pre>{@code
 * StepMemory memory = StepMemory.of(recipe);
 * long bytes = recipe.batchSize() * memory.hostBytes();
 * }</pre>
 *
 * @param pixels bytes of an image's pixels for the largest kind of view, which a batch has in one
 *     block
 * @param hostBytes bytes of an image's views in the batches that are filled and taken at a time
 * @param deviceBytes bytes that an image leaves on the device until its gradient is known: the
 *     views as floats, and of every map the values before and behind a convolution's batch norm and
 *     behind its ReLU
 */
public record StepMemory(long pixels, long hostBytes, long deviceBytes) {
  /** Batches in memory: one is taken while the next is filled. */
  private static final int BATCHES = 2;

  private static final int KEPT = 3;

  /** Returns the memory of one image of a recipe. */
  public static StepMemory of(Recipe recipe) {
    int channels = recipe.images().channels();
    long pixels = 0;
    long host = 0;
    long device = 0;
    for (ViewSpec view : recipe.method().views()) {
      long bytes = ViewSource.IMAGES.bytes(view, channels);
      pixels = Math.max(pixels, bytes);
      host += BATCHES * bytes;
      device += view.count() * values(recipe.backbone(), view.size(), channels) * Float.BYTES;
    }
    return new StepMemory(pixels, host, device);
  }

  private static long values(Backbone backbone, int side, int channels) {
    long values = (long) side * side * channels;
    for (String level : backbone.levels()) {
      long cells = (long) backbone.mapSide(level, side) * backbone.mapSide(level, side);
      values += KEPT * cells * backbone.channels(level);
    }
    return values;
  }
}
