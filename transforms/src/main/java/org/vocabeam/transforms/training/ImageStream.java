package org.vocabeam.transforms.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Trainer.Batch;
import org.vocabeam.transforms.images.ImageRecord;
import org.vocabeam.transforms.images.Pixels;
import org.vocabeam.transforms.store.AlignedRows;
import org.vocabeam.transforms.store.RowReader;
import org.vocabeam.transforms.targets.TargetRecord;
import org.vocabeam.transforms.training.EpochPlan.Group;

/** The batches of an assignment, read window by window. */
final class ImageStream implements Iterator<Batch> {
  private record Image(long order, String id, byte[] pixels, @Nullable TargetRecord target) {}

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
    int words = recipe.method().targetWords();
    float[] targets = new float[size * words];
    for (int i = 0; i < size; i++) {
      while (!images.hasNext()) {
        images = Collections.emptyIterator(); // frees the window before the next is read
        images = read(windows.next());
      }
      Image image = images.next();
      System.arraycopy(image.pixels(), 0, pixels, i * bytes, bytes);
      ids[i] = image.id();
      epochs[i] = epoch;
      if (image.target() != null) {
        image.target().fill(targets, i, words);
      }
    }
    return new Batch(pixels, ids, epochs, targets);
  }

  private Iterator<Image> read(EpochPlan.Window window) {
    epoch = window.epoch();
    List<Image> all = new ArrayList<>();
    for (Group group : window.groups()) {
      try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, group.rows());
          AlignedRows<TargetRecord> targets = targets(group)) {
        while (rows.hasNext()) {
          ImageRecord row = rows.next();
          if (assignment.split() == null || assignment.split().equals(row.split())) {
            long order = Seeds.of(recipe.seed(), "image", epoch, row.id());
            byte[] pixels = pixels(row, recipe.images());
            TargetRecord target = targets == null ? null : targets.next(row.id());
            all.add(new Image(order, row.id(), pixels, target));
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

  private @Nullable AlignedRows<TargetRecord> targets(Group group) throws IOException {
    return assignment.targets() == null
        ? null
        : AlignedRows.of(TargetRecord.TYPE, assignment.targets(), group.rows(), group.before());
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
