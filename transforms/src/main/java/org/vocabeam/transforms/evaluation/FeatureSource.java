package org.vocabeam.transforms.evaluation;

import java.io.Serializable;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Encoder;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.transforms.images.ImageRecord;
import org.vocabeam.transforms.images.Pixels;
import org.vocabeam.transforms.training.Checkpoint;

/**
 * Where an image's features come from.
 *
 * @param name {@code trained}, {@code random} or {@code pixels}
 * @param recipe JSON of the encoder; null for the pixels themselves
 * @param checkpoint directory of the encoder's weights; null for random ones
 * @param pooling of the backbone's maps; without meaning for pixels
 */
public record FeatureSource(
    String name, @Nullable String recipe, @Nullable String checkpoint, Pooling pooling)
    implements Serializable {
  private static final int BATCH = 256;

  /** Pixels of larger images are averaged to this side: what a linear model could use of them. */
  private static final int PIXEL_SIDE = 32;

  /** A checkpoint's student. */
  public static FeatureSource trained(String checkpoint, Pooling pooling) {
    String recipe = Methods.toJson(Checkpoint.read(checkpoint).recipe());
    return new FeatureSource("trained", recipe, checkpoint, pooling);
  }

  /** The same network with the random weights that its run started from. */
  public FeatureSource random() {
    return new FeatureSource("random", recipe, null, pooling);
  }

  /** The image itself, {@code [h w C]} values of 0..1, at most 32 pixels a side. */
  public static FeatureSource pixels() {
    return new FeatureSource("pixels", null, null, Pooling.GLOBAL);
  }

  /** Computes features; one thread at a time. */
  interface Extractor extends AutoCloseable {
    /** Images in one call, at most. */
    int batchSize();

    /** {@code [images, width]}, row by row. */
    float[] extract(List<ImageRecord> images);

    @Override
    void close();
  }

  Extractor open() {
    if (recipe == null) {
      return new PixelExtractor();
    }
    Recipe of = Methods.recipe(recipe);
    return new EncoderExtractor(
        Encoder.of(
            of, checkpoint == null ? null : Checkpoint.read(checkpoint).state(), pooling, BATCH),
        of.images());
  }

  private record EncoderExtractor(Encoder encoder, ImageShape shape) implements Extractor {
    @Override
    public int batchSize() {
      return encoder.batchSize();
    }

    @Override
    public float[] extract(List<ImageRecord> images) {
      return encoder.embed(images.stream().map(this::pixels).toList());
    }

    private byte[] pixels(ImageRecord image) {
      if (image.height() != shape.height() || image.width() != shape.width()) {
        throw new UserError(
            String.format(
                "image '%s' is %d x %d, the encoder was trained on %d x %d; ingest with"
                    + " --resize=%d",
                image.id(),
                image.height(),
                image.width(),
                shape.height(),
                shape.width(),
                Math.min(shape.height(), shape.width())));
      }
      return Pixels.of(image, shape.channels()).values();
    }

    @Override
    public void close() {
      encoder.close();
    }
  }

  private static final class PixelExtractor implements Extractor {
    @Override
    public int batchSize() {
      return BATCH;
    }

    @Override
    public float[] extract(List<ImageRecord> images) {
      float[] features = null;
      int at = 0;
      for (ImageRecord image : images) {
        Pixels pixels = Pixels.of(image);
        if (Math.min(pixels.width(), pixels.height()) > PIXEL_SIDE) {
          pixels = pixels.centre(PIXEL_SIDE);
        }
        byte[] values = pixels.values();
        if (features == null) {
          features = new float[images.size() * values.length];
        }
        for (byte value : values) {
          features[at++] = (value & 0xFF) / 255f;
        }
      }
      return features;
    }

    @Override
    public void close() {}
  }
}
