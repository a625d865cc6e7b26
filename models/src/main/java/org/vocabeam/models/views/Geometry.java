package org.vocabeam.models.views;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * Part of an image that a view shows. A kind is one record in a file of its own, registered here by
 * the name that it has in JSON. Areas are shares of the image, lengths are pixels.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = RandomResizedCrop.class, name = "randomResizedCrop"),
  @JsonSubTypes.Type(value = CentreCrop.class, name = "centreCrop"),
  @JsonSubTypes.Type(value = PatchGrid.class, name = "patchGrid")
})
public interface Geometry extends Serializable {

  /**
   * Draws a part of an image that is resized to a square.
   *
   * @param size side of the square, in pixels
   * @param height of the image, in pixels
   * @param width of the image, in pixels
   */
  Box draw(int size, int height, int width, SplittableRandom random);

  /**
   * Returns the side of the square that is cropped, flipped, turned and coloured.
   *
   * @param size side of the view
   */
  default int baseSize(int size) {
    return size;
  }

  /**
   * Rejects views that it cannot make.
   *
   * @param view name, for the message
   * @param size side of the view
   * @param count views of one image
   */
  default void check(String view, int size, int count) {}
}
