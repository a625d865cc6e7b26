package org.vocabeam.models.training;

import java.util.LinkedHashMap;
import java.util.Map;
import org.vocabeam.models.views.ViewSpec;

/** Origin of the views of a training step, which does not change its result. */
public enum ViewSource {
  /** Images; their views are rendered for the step. */
  IMAGES,
  /** Views that were rendered and stored before. */
  STORED;

  /**
   * Returns the inputs of a step that are pixels.
   *
   * @return name of the input to bytes per image of the batch, in a fixed order
   */
  public Map<String, Integer> inputs(Recipe recipe) {
    Map<String, Integer> inputs = new LinkedHashMap<>();
    switch (this) {
      case IMAGES -> inputs.put(RenderedViews.IMAGES, recipe.images().bytes());
      case STORED -> {
        for (ViewSpec view : recipe.method().views()) {
          int pixels = view.count() * view.size() * view.size();
          inputs.put(view.name(), pixels * recipe.images().channels());
        }
      }
    }
    return inputs;
  }

  /** Returns the bytes of pixels per image of the batch. */
  public int bytes(Recipe recipe) {
    return inputs(recipe).values().stream().mapToInt(Integer::intValue).sum();
  }
}
