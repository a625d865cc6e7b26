package org.vocabeam.transforms.image;

import java.util.List;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.vocabeam.models.UserError;
import org.vocabeam.models.views.Cut;
import org.vocabeam.models.views.Raster;

/**
 * Decoder of as much of a stored image as its views need.
 *
 * <pre>{@code
 * List<Cut> cuts = List.of(Cut.centre(image.height(), image.width(), 256, 224));
 * Raster raster = ImageParts.read(image, 3, cuts);
 * new Resampler().render(cuts.get(0), raster, view, 0);
 * }</pre>
 *
 * <p>A JPEG is decoded from the first row of all cuts to the last one, and scaled by the largest
 * denominator that each of them allows ({@link Cut#denominator}). Other images are decoded whole,
 * at their full size. Images are taken to be those that ingestion has checked: pixels that are lost
 * within a JPEG are not noticed here.
 */
public final class ImageParts {
  private ImageParts() {}

  /**
   * Returns pixels with all that the cuts need. Thread-safe.
   *
   * @param channels 1 or 3, to which the pixels are converted
   * @param cuts of the upright image, at least one
   * @throws UserError when the file is damaged, so that it has no pixels
   */
  public static Raster read(ImageRecord image, int channels, List<Cut> cuts) {
    if (image.encoding().equals(ImageRecord.JPEG)) {
      ImageHeader header = image.header();
      if (JpegParts.reads(header)) {
        return convert(read(image, cuts), channels);
      }
    }
    Pixels pixels = Pixels.of(image, channels);
    return new Raster(pixels.values(), pixels.height(), pixels.width(), channels);
  }

  private static Raster read(ImageRecord image, List<Cut> cuts) {
    int denominator = cuts.stream().mapToInt(Cut::denominator).min().orElseThrow();
    try {
      return JpegParts.read(
          image.bytes(),
          (image.width() + denominator - 1) / denominator,
          denominator,
          cuts.stream().mapToInt(cut -> cut.rows().first(denominator)).min().orElseThrow(),
          cuts.stream().mapToInt(cut -> cut.columns().first(denominator)).min().orElseThrow(),
          cuts.stream().mapToInt(cut -> cut.rows().end(denominator)).max().orElseThrow(),
          cuts.stream().mapToInt(cut -> cut.columns().end(denominator)).max().orElseThrow());
    } catch (TFInvalidArgumentException e) {
      throw image.damaged(new RejectedException(Rejection.CORRUPT_JPEG, e));
    }
  }

  private static Raster convert(Raster raster, int channels) {
    if (raster.channels() == channels) {
      return raster;
    }
    Pixels pixels =
        new Pixels(raster.width(), raster.height(), raster.channels(), raster.values())
            .toChannels(channels);
    return new Raster(
        pixels.values(),
        raster.height(),
        raster.width(),
        channels,
        raster.top(),
        raster.left(),
        raster.denominator());
  }
}
