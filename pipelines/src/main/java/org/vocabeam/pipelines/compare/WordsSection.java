package org.vocabeam.pipelines.compare;

import java.util.List;
import java.util.Locale;
import org.vocabeam.pipelines.page.PictureUri;
import org.vocabeam.transforms.image.Pixels;

/**
 * The visual words on the page, as its template reads them.
 *
 * @param seed seed of the networks
 */
record WordsSection(long seed, List<Gallery> galleries) {
  /** Side of a patch on the page, in its pixels. */
  private static final int FRAME = 60;

  /** The words of a method; the numbers are those of {@link WordGallery}. */
  record Gallery(
      String title, int shown, int total, int complete, String level, int side, List<Row> rows) {}

  /** A word. */
  record Row(int number, List<Patch> patches) {}

  /**
   * A patch.
   *
   * @param frame side of the patch on the page
   * @param place style that puts the pixels where they are in the patch
   */
  record Patch(int frame, String uri, String image, String place) {}

  static WordsSection of(long seed, List<WordGallery> galleries) {
    return new WordsSection(seed, galleries.stream().map(WordsSection::gallery).toList());
  }

  private static Gallery gallery(WordGallery gallery) {
    return new Gallery(
        gallery.title(),
        gallery.words().size(),
        gallery.total(),
        gallery.complete(),
        gallery.level(),
        gallery.side(),
        gallery.words().stream()
            .map(
                word ->
                    new Row(
                        word.number(),
                        word.patches().stream()
                            .map(patch -> patch(patch, gallery.side()))
                            .toList()))
            .toList());
  }

  private static Patch patch(WordGallery.Patch patch, int side) {
    double scale = (double) FRAME / side;
    Pixels pixels = patch.pixels();
    return new Patch(
        FRAME,
        PictureUri.of(pixels, 2 * FRAME),
        patch.image(),
        String.format(
            Locale.ROOT,
            "top:%.1fpx;left:%.1fpx;width:%.1fpx;height:%.1fpx",
            patch.top() * scale,
            patch.left() * scale,
            pixels.width() * scale,
            pixels.height() * scale));
  }
}
