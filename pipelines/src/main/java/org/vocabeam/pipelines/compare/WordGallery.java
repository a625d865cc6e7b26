package org.vocabeam.pipelines.compare;

import java.util.List;
import org.vocabeam.transforms.image.Pixels;

/**
 * Visual words of a method, each with the patches nearest to it.
 *
 * @param title name of the method and of the network
 * @param level level of the backbone to whose cells the words belong
 * @param side side of a patch in pixels, where the image does not end before
 * @param complete number of words that are the nearest ones in images enough
 * @param total number of words in the vocabulary
 * @param words words that are shown
 */
public record WordGallery(
    String title, String level, int side, int complete, int total, List<Word> words) {
  /**
   * A word.
   *
   * @param number number in the vocabulary
   * @param patches patches, the nearest first
   */
  public record Word(int number, List<Patch> patches) {}

  /**
   * The part of an image that a cell of the map depends on.
   *
   * @param image id of the image
   * @param top pixels of the patch above the image's edge
   * @param left pixels of the patch left of the image's edge
   * @param pixels the rest of the patch
   */
  public record Patch(String image, int top, int left, Pixels pixels) {}
}
