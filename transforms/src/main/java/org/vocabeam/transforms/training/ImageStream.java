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
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Trainer.Batch;
import org.vocabeam.models.training.ViewBatch;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.AlignedRows;
import org.vocabeam.transforms.targets.TargetRecord;
import org.vocabeam.transforms.training.EpochPlan.Group;
import org.vocabeam.transforms.views.ViewCutter;
import org.vocabeam.transforms.views.ViewsRecord;

/**
 * The batches of an assignment, read window by window: images or their stored views, with their
 * targets.
 */
final class ImageStream implements Iterator<Batch> {

  /**
   * @param image null where stored views take its place
   * @param views null where they are rendered
   */
  private record Image(
      long order,
      String id,
      @Nullable ImageRecord image,
      @Nullable ViewsRecord views,
      @Nullable TargetRecord target) {}

  private final Recipe recipe;
  private final Assignment assignment;
  private final ViewCutter cutter;
  private final Iterator<EpochPlan.Window> windows;
  private Iterator<Image> images = Collections.emptyIterator();
  private long epoch;

  ImageStream(Assignment assignment) {
    this.recipe = assignment.recipe();
    this.assignment = assignment;
    this.cutter = ViewCutter.of(recipe);
    this.windows = assignment.windows().iterator();
  }

  @Override
  public boolean hasNext() {
    return images.hasNext() || windows.hasNext();
  }

  /** Returns the next batch; the windows of an assignment hold a whole number of batches. */
  @Override
  public Batch next() {
    int size = recipe.batchSize();
    ViewBatch views = ViewBatch.of(recipe, assignment.source(), size);
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
      if (image.image() != null) {
        cutter.cut(image.image(), epoch, views, i);
      } else {
        for (ViewsRecord.View view : image.views().views()) {
          views.put(i, view.view(), view.crop(), view.bytes());
        }
      }
      ids[i] = image.id();
      epochs[i] = epoch;
      if (image.target() != null) {
        if (image.target().words().isEmpty() && recipe.method().classes().isEmpty()) {
          throw new UserError(
              String.format(
                  "the target of '%s' is empty, must have a word for %s; assign the targets again",
                  image.id(), recipe.method().name()));
        }
        image.target().fill(targets, i, words);
      }
    }
    return new Batch(views, ids, epochs, targets);
  }

  private Iterator<Image> read(EpochPlan.Window window) {
    epoch = window.epoch();
    List<Image> all = new ArrayList<>();
    for (Group group : window.groups()) {
      try {
        read(group, all);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    all.sort(Comparator.comparingLong(Image::order).thenComparing(Image::id));
    int from = Math.toIntExact(window.skip());
    return all.subList(from, Math.toIntExact(from + window.take())).iterator();
  }

  private void read(Group group, List<Image> into) throws IOException {
    String ofEpoch =
        assignment.views() == null ? null : ViewsRecord.directory(assignment.views(), epoch);
    try (RowReader<ImageRow> images =
            assignment.views() == null
                ? ImageRow.read(group.rows())
                : ImageRow.readWithoutPixels(group.rows());
        AlignedRows<ViewsRecord> views = open(ViewsRecord.TYPE, ofEpoch, group);
        AlignedRows<TargetRecord> targets = open(TargetRecord.TYPE, assignment.targets(), group)) {
      while (images.hasNext()) {
        ImageRow row = images.next();
        if (assignment.split() == null || assignment.split().equals(row.split())) {
          ViewsRecord stored = views == null ? null : views.next(row.id());
          TargetRecord target = targets == null ? null : targets.next(row.id());
          long order = Seeds.of(recipe.seed(), "image", epoch, row.id());
          into.add(new Image(order, row.id(), row.image(), stored, target));
        }
      }
    }
  }

  private static <T> @Nullable AlignedRows<T> open(
      RecordType<T> type, @Nullable String directory, Group group) throws IOException {
    return directory == null ? null : AlignedRows.of(type, directory, group.rows(), group.before());
  }
}
