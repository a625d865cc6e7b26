package org.vocabeam.transforms.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Trainer.Batch;
import org.vocabeam.transforms.images.ImageRecord;
import org.vocabeam.transforms.images.Pixels;
import org.vocabeam.transforms.store.RowGroup;
import org.vocabeam.transforms.store.RowReader;

/** The batches of an assignment, read window by window. */
final class ImageStream implements Iterator<Batch> {
  private record Image(long order, String id, byte[] pixels) {}

  private final Recipe recipe;
  private final Assignment assignment;
  private final Iterator<EpochPlan.Window> windows;
  private Iterator<Image> images = Collections.emptyIterator();
  private long epoch;

  ImageStream(Recipe recipe, Assignment assignment) {
    this.recipe = recipe;
    this.assignment = assignment;
    this.windows = assignment.windows().iterator();
  }

  @Override
  public boolean hasNext() {
    return images.hasNext() || windows.hasNext();
  }

  /** The next batch; the windows of an assignment hold a whole number of batches. */
  @Override
  public Batch next() {
    int size = recipe.batchSize();
    int bytes = recipe.images().bytes();
    byte[] pixels = new byte[size * bytes];
    String[] ids = new String[size];
    long[] epochs = new long[size];
    for (int i = 0; i < size; i++) {
      while (!images.hasNext()) {
        images = Collections.emptyIterator(); // frees the window before the next is read
        images = read(windows.next());
      }
      Image image = images.next();
      System.arraycopy(image.pixels(), 0, pixels, i * bytes, bytes);
      ids[i] = image.id();
      epochs[i] = epoch;
    }
    return new Batch(pixels, ids, epochs, new float[0]);
  }

  private Iterator<Image> read(EpochPlan.Window window) {
    epoch = window.epoch();
    List<Image> all = new ArrayList<>();
    for (RowGroup group : window.groups()) {
      try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, group)) {
        while (rows.hasNext()) {
          ImageRecord row = rows.next();
          if (assignment.split() == null || assignment.split().equals(row.split())) {
            long order = Seeds.of(recipe.seed(), "image", epoch, row.id());
            all.add(new Image(order, row.id(), pixels(row, recipe.images())));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    all.sort(Comparator.comparingLong(Image::order).thenComparing(Image::id));
    int from = Math.toIntExact(window.skip());
    return all.subList(from, Math.toIntExact(from + window.take())).iterator();
  }

  /** An image's pixels in the shape of the run. */
  static byte[] pixels(ImageRecord image, ImageShape shape) {
    if (image.width() != shape.width() || image.height() != shape.height()) {
      throw new UserError(
          String.format(
              "image '%s' is %d x %d, the run's images are %d x %d; ingest with --resize=%d",
              image.id(),
              image.height(),
              image.width(),
              shape.height(),
              shape.width(),
              Math.min(shape.height(), shape.width())));
    }
    return Pixels.of(image, shape.channels()).values();
  }
}
