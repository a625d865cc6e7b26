package org.vocabeam.pipelines.compare;

import java.util.List;
import org.vocabeam.transforms.image.Pixels;

/**
 * Visual words of a method, each by the patches that activate it most.
 *
 * @param title the method
 * @param level of the backbone whose cells they are
 * @param side of a patch in pixels, where the image does not end before
 * @param complete words that are the nearest ones in images enough
 * @param total words in the vocabulary
 */
public record WordGallery(
    String title, String level, int side, int complete, int total, List<Word> words) {
  /**
   * A word.
   *
   * @param number in the vocabulary
   * @param patches the nearest first
   */
  public record Word(int number, List<Patch> patches) {}

  /**
   * The part of an image that a cell of the map depends on.
   *
   * @param image id
   * @param top pixels of the patch above the image's edge
   * @param left pixels of the patch left of the image's edge
   * @param pixels the rest of the patch
   */
  public record Patch(String image, int top, int left, Pixels pixels) {}
}
