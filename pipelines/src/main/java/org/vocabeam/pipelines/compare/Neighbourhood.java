package org.vocabeam.pipelines.compare;

import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.image.Pixels;

/**
 * A test image and the training images nearest to it, by several kinds of features.
 *
 * @param query the test image
 * @param nearest title of the features to images, nearest first
 */
public record Neighbourhood(Shown query, Map<String, List<Shown>> nearest) {
  /**
   * An image on the page.
   *
   * @param id id of the image
   * @param label label of the image; null without one
   * @param pixels the whole image
   */
  public record Shown(String id, @Nullable String label, Pixels pixels) {}
}
