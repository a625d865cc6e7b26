package org.vocabeam.models.views;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Views without colour: a saturation of 0, which costs nothing beside {@link ColourJitter}. It has
 * no effect on one-channel images.
 */
public record Grey(double probability) implements Augmentation {

  public Grey {
    Range.PROBABILITY.check("grey probability", probability);
  }

  @Override
  public List<ViewParameter> parameters() {
    return List.of(ColourJitter.SATURATION);
  }

  @Override
  public void draw(SplittableRandom random, ViewRow row) {
    row.scale(ColourJitter.SATURATION, 0);
  }
}
