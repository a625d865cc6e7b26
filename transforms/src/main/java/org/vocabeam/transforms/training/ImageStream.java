package org.vocabeam.transforms.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.Seeds;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.AlignedRows;
import org.vocabeam.transforms.training.EpochPlan.Group;
import org.vocabeam.transforms.training.TargetRows.Target;
import org.vocabeam.transforms.views.ViewsRecord;
import org.vocabeam.transforms.worker.Ahead;

/**
 * The images of an assignment as they are stored, in the order of its steps. A thread of its own
 * reads the next window while one is used, row group by row group in the room that used images
 * leave: memory is that of one window and a row group, encoded.
 */
final class ImageStream implements Iterator<ImageStream.Image>, AutoCloseable {

  /**
   * An image as it is stored, with what was made of it before.
   *
   * @param order that sorts the images of a window
   * @param epoch times that the image has been seen before
   * @param image null where stored views take its place
   * @param views stored views; null where they are cut from the image
   * @param target null for methods that make their own
   */
  record Image(
      long order,
      String id,
      long epoch,
      @Nullable ImageRecord image,
      @Nullable ViewsRecord views,
      @Nullable Target target) {}

  private final Assignment assignment;
  private final Semaphore room;
  private final Ahead<Queue<Image>> windows;
  private Queue<Image> window = new ArrayDeque<>();

  ImageStream(Assignment assignment) {
    this.assignment = assignment;
    this.room = new Semaphore(mostRows(assignment.windows()));
    this.windows = Ahead.map(assignment.windows().iterator(), this::read, 1, 1);
  }

  /** Returns the images of the largest window, and of a row group of the next one. */
  private static int mostRows(List<EpochPlan.Window> windows) {
    long window = 0;
    long group = 0;
    for (EpochPlan.Window each : windows) {
      window = Math.max(window, each.groups().stream().mapToLong(Group::selected).sum());
      group =
          Math.max(group, each.groups().stream().mapToLong(Group::selected).max().orElseThrow());
    }
    return Math.toIntExact(window + group);
  }

  @Override
  public boolean hasNext() {
    return !window.isEmpty() || windows.hasNext();
  }

  @Override
  public Image next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    while (window.isEmpty()) {
      window = windows.next();
    }
    room.release();
    return window.remove();
  }

  /** Reads a window, and returns the wanted images in their order. */
  private Queue<Image> read(EpochPlan.Window wanted) {
    List<Image> images = new ArrayList<>();
    for (Group group : wanted.groups()) {
      try {
        room.acquire(Math.toIntExact(group.selected()));
        read(group, wanted.epoch(), images);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
    images.sort(Comparator.comparingLong(Image::order).thenComparing(Image::id));
    int from = Math.toIntExact(wanted.skip());
    int to = Math.toIntExact(from + wanted.take());
    room.release(images.size() - (to - from));
    return new ArrayDeque<>(images.subList(from, to));
  }

  private void read(Group group, long epoch, List<Image> into) throws IOException {
    String ofEpoch =
        assignment.views() == null ? null : ViewsRecord.directory(assignment.views(), epoch);
    try (RowReader<ImageRow> images =
            assignment.views() == null
                ? ImageRow.read(group.rows())
                : ImageRow.readWithoutPixels(group.rows());
        AlignedRows<ViewsRecord> views = open(ViewsRecord.TYPE, ofEpoch, group);
        TargetRows<?> targets = TargetRows.open(assignment, group)) {
      while (images.hasNext()) {
        ImageRow row = images.next();
        boolean trained = assignment.split() == null || assignment.split().equals(row.split());
        Target target = targets == null ? null : targets.next(row.id(), trained);
        if (trained) {
          into.add(
              new Image(
                  Seeds.of(assignment.recipe().seed(), "image", epoch, row.id()),
                  row.id(),
                  epoch,
                  row.image(),
                  views == null ? null : views.next(row.id()),
                  target));
        }
      }
    }
  }

  private static <T> @Nullable AlignedRows<T> open(
      RecordType<T> type, @Nullable String directory, Group group) throws IOException {
    return directory == null ? null : AlignedRows.of(type, directory, group.rows(), group.before());
  }

  @Override
  public void close() {
    windows.close();
  }
}
