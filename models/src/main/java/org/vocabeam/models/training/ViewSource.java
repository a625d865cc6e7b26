package org.vocabeam.models.training;

import org.vocabeam.models.views.ViewSpec;

/** Origin of the views of a training step, which does not change its result. */
public enum ViewSource {
  /** Images; their views are cut and rendered for the step. */
  IMAGES,
  /** Views that were rendered and stored before. */
  STORED;

  /** Returns the bytes of one image's pixels for a kind of view: its cuts, or the views. */
  int bytes(ViewSpec view, int channels) {
    return this == IMAGES
        ? view.cuts() * view.cutSize() * view.cutSize() * channels
        : view.count() * view.size() * view.size() * channels;
  }

  /** Returns the bytes of pixels per image of the batch. */
  public int bytes(Recipe recipe) {
    int channels = recipe.images().channels();
    return recipe.method().views().stream().mapToInt(view -> bytes(view, channels)).sum();
  }
}
