package org.vocabeam.models.views;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One kind of random change of a view's pixels. A kind is one record in a file of its own: its
 * settings, how its parameters are drawn, and how they change pixels in a graph. It is registered
 * here, by the name that it has in JSON.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ColourJitter.class, name = "colourJitter"),
  @JsonSubTypes.Type(value = Grey.class, name = "grey"),
  @JsonSubTypes.Type(value = GaussianBlur.class, name = "gaussianBlur"),
  @JsonSubTypes.Type(value = Solarize.class, name = "solarize")
})
public interface Augmentation extends Serializable {

  /** Probability in [0, 1] that a view is changed; with 0 nothing gets into the graph. */
  double probability();

  /**
   * Parameters in the order in which the graph applies their changes. Two augmentations may share
   * one.
   */
  List<ViewParameter> parameters();

  /** Draws the parameters of a view that is changed; others keep the neutral values. */
  void draw(SplittableRandom random, ViewRow row);
}
