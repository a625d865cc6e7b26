package org.vocabeam.models.training;

import java.util.LinkedHashMap;
import java.util.Map;
import org.vocabeam.models.views.ViewSpec;

/** Where the views of a training step come from. What the step computes is the same. */
public enum ViewSource {
  /** Images, of which the views are rendered for the step. */
  IMAGES,
  /** Views that were rendered before. */
  STORED;

  /**
   * The pixels that a step is fed with.
   *
   * @return name of the input to bytes of one image of the batch, in a fixed order
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

  /** Bytes of pixels that a step is fed with, of one image. */
  public int bytes(Recipe recipe) {
    return inputs(recipe).values().stream().mapToInt(Integer::intValue).sum();
  }
}
