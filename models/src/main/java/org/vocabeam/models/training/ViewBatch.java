package org.vocabeam.models.training;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vocabeam.models.program.NativeMemory;
import org.vocabeam.models.views.Cut;
import org.vocabeam.models.views.DrawnViews;
import org.vocabeam.models.views.Raster;
import org.vocabeam.models.views.Resampler;
import org.vocabeam.models.views.ViewSpec;

/**
 * Memory for the pixels of a batch, filled image by image: with cuts and what was drawn for them,
 * or with stored views. Several threads may fill different places at a time. It may be filled again
 * when the step before has taken its copy.
 *
 * <pre>{@code
 * ViewBatch batch = ViewBatch.of(recipe, ViewSource.IMAGES, recipe.batchSize());
 * List<DrawnViews> drawn = RenderedViews.of(recipe).draw(id, epoch, height, width);
 * batch.cut(place, drawn, raster, resampler);
 * }</pre>
 */
public final class ViewBatch implements AutoCloseable {
  private final ViewSource source;
  private final int size;
  private final int channels;
  private final Map<String, ViewSpec> views = new LinkedHashMap<>();
  private final Map<String, NativeMemory> pixels = new LinkedHashMap<>();
  private final Map<String, float[]> parameters = new LinkedHashMap<>();

  private ViewBatch(List<ViewSpec> views, int channels, ViewSource source, int size) {
    this.source = source;
    this.size = size;
    this.channels = channels;
    for (ViewSpec view : views) {
      this.views.put(view.name(), view);
      pixels.put(
          view.name(), new NativeMemory(Math.multiplyExact(size, source.bytes(view, channels))));
      if (source == ViewSource.IMAGES && view.width() > 0) {
        parameters.put(view.name(), new float[size * view.count() * view.width()]);
      }
    }
  }

  /**
   * Returns memory for a batch of a recipe's images.
   *
   * @param size images of the batch
   */
  public static ViewBatch of(Recipe recipe, ViewSource source, int size) {
    return new ViewBatch(recipe.method().views(), recipe.images().channels(), source, size);
  }

  /** Returns the kind of the pixels. */
  public ViewSource source() {
    return source;
  }

  /** Returns the number of images. */
  public int size() {
    return size;
  }

  /**
   * Cuts the views of an image.
   *
   * @param place of the image in the batch, from 0
   * @param drawn all its views, see {@link RenderedViews#draw}
   * @param raster pixels of the image, as many as the cuts need, with the channels of the recipe
   * @param resampler of this thread
   */
  public void cut(int place, List<DrawnViews> drawn, Raster raster, Resampler resampler) {
    checkArgument(
        raster.channels() == channels,
        "the image has %s channels, must have %s",
        raster.channels(),
        channels);
    for (DrawnViews each : drawn) {
      ViewSpec view = each.spec();
      int at = place * source.bytes(view, channels);
      for (Cut cut : each.cuts()) {
        resampler.render(cut, raster, pixels.get(view.name()).bytes(), at);
        at += cut.bytes(channels);
      }
      float[] table = parameters.get(view.name());
      if (table != null) {
        int length = each.parameters().length;
        System.arraycopy(each.parameters(), 0, table, place * length, length);
      }
    }
  }

  /**
   * Takes over a stored view of an image.
   *
   * @param place of the image in the batch, from 0
   * @param view name of the kind of view
   * @param crop number among the views of the kind, from 0
   * @param stored {@code [size, size, C]}
   */
  public void put(int place, String view, int crop, byte[] stored) {
    ViewSpec spec = views.get(view);
    checkArgument(spec != null, "view is %s, must be one of %s", view, views.keySet());
    checkArgument(
        crop < spec.count() && stored.length == spec.size() * spec.size() * channels,
        "crop %s of view %s has %s bytes",
        crop,
        view,
        stored.length);
    pixels.get(view).bytes().put((place * spec.count() + crop) * stored.length, stored);
  }

  /** Returns the pixels of a kind of view, read-only, as long as the batch is not closed. */
  public ByteBuffer pixels(String view) {
    return pixels.get(view).bytes().asReadOnlyBuffer();
  }

  /**
   * Returns the inputs of a program for some of the images.
   *
   * @param from place of the first image
   * @param to place behind the last image
   */
  Map<String, Object> inputs(int from, int to) {
    Map<String, Object> inputs = new HashMap<>();
    pixels.forEach(
        (view, memory) -> {
          int bytes = source.bytes(views.get(view), channels);
          inputs.put(view, memory.bytes().slice(from * bytes, (to - from) * bytes));
        });
    parameters.forEach(
        (view, table) -> {
          int width = table.length / size;
          inputs.put(
              RenderedViews.parameters(views.get(view)),
              Arrays.copyOfRange(table, from * width, to * width));
        });
    return inputs;
  }

  /** Frees the memory now; otherwise the garbage collector does. */
  @Override
  public void close() {
    pixels.values().forEach(NativeMemory::close);
  }
}
