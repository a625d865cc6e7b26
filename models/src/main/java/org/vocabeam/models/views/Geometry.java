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
  @JsonSubTypes.Type(value = PatchGrid.class, name = "patchGrid"),
  @JsonSubTypes.Type(value = WholeImage.class, name = "wholeImage")
})
public interface Geometry extends Serializable {

  /**
   * Draws an upright cut of an image.
   *
   * @param size side of the cut, in pixels
   * @param height of the image, in pixels
   * @param width of the image, in pixels
   */
  Cut draw(int size, int height, int width, SplittableRandom random);

  /**
   * Returns the side of the square that is cut out of the image and coloured.
   *
   * @param size side of the view
   */
  default int cutSize(int size) {
    return size;
  }

  /**
   * Returns the cuts of one image.
   *
   * @param count views of the image
   */
  default int cuts(int count) {
    return count;
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
