package org.vocabeam.transforms.views;

import java.util.List;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.RenderedViews;
import org.vocabeam.models.training.ViewBatch;
import org.vocabeam.models.views.Cut;
import org.vocabeam.models.views.DrawnViews;
import org.vocabeam.models.views.Resampler;
import org.vocabeam.transforms.image.ImageParts;
import org.vocabeam.transforms.image.ImageRecord;

/**
 * Cuts the views of stored images into a batch: one for a thread.
 *
 * <pre>{@code
 * ViewCutter cutter = ViewCutter.of(recipe);
 * cutter.cut(image, epoch, batch, place);
 * }</pre>
 */
public final class ViewCutter {
  private final RenderedViews views;
  private final Resampler resampler = new Resampler();

  private ViewCutter(RenderedViews views) {
    this.views = views;
  }

  /** Returns a cutter of a recipe's views. */
  public static ViewCutter of(Recipe recipe) {
    return new ViewCutter(RenderedViews.of(recipe));
  }

  /**
   * Draws an image's views, and cuts them.
   *
   * @param epoch how often the image has been seen before
   * @param place of the image in the batch, from 0
   */
  public void cut(ImageRecord image, long epoch, ViewBatch batch, int place) {
    List<DrawnViews> drawn = views.draw(image.id(), epoch, image.height(), image.width());
    List<Cut> cuts = drawn.stream().flatMap(views -> views.cuts().stream()).toList();
    batch.cut(place, drawn, ImageParts.read(image, views.channels(), cuts), resampler);
  }
}
