package org.vocabeam.transforms.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Trainer.Batch;
import org.vocabeam.models.training.ViewBatch;
import org.vocabeam.transforms.training.ImageStream.Image;
import org.vocabeam.transforms.views.ViewCutter;
import org.vocabeam.transforms.views.ViewsRecord;
import org.vocabeam.transforms.worker.Ahead;
import org.vocabeam.transforms.worker.FeedThreads;

/**
 * Batches of an assignment, in its order. Threads decode the images, cut their views and write them
 * to their places in the batch, {@value #BATCHES} batches ahead; the memory of a batch is used
 * again after it was taken.
 *
 * <pre>{@code
 * try (BatchFeed batches = new BatchFeed(assignment, FeedThreads.AUTOMATIC)) {
 *   for (long step = 0; step < assignment.steps(); step++) {
 *     try (Trainer.Ready ready = batches.next(batch -> trainer.ready(step, batch))) { ... }
 *   }
 * }
 * }</pre>
 */
public final class BatchFeed implements AutoCloseable {
  /** Batches in memory: one is taken while the next is filled. */
  static final int BATCHES = 2;

  private final Assignment assignment;
  private final Recipe recipe;
  private final ImageStream images;
  private final ThreadLocal<ViewCutter> cutter;
  private final List<Batch> batches = new ArrayList<>();
  private final BlockingQueue<Batch> free = new ArrayBlockingQueue<>(BATCHES);
  private final Ahead<Batch> places;

  /** Starts to read images. */
  public BatchFeed(Assignment assignment, FeedThreads threads) {
    this.assignment = assignment;
    this.recipe = assignment.recipe();
    this.images = new ImageStream(assignment);
    this.cutter = ThreadLocal.withInitial(() -> ViewCutter.of(recipe));
    for (int i = 0; i < BATCHES; i++) {
      batches.add(empty());
    }
    free.addAll(batches);
    this.places = threads.map(new Places(), this::fill, BATCHES * recipe.batchSize());
  }

  private Batch empty() {
    int size = recipe.batchSize();
    return new Batch(
        ViewBatch.of(recipe, assignment.source(), size),
        new String[size],
        new long[size],
        new float[size * recipe.method().targetWords()]);
  }

  /** An image and its place in a batch. */
  private record Place(Batch batch, int index, Image image) {}

  /** Images in their order, with places in batches that are free. */
  private final class Places implements Iterator<Place> {
    private Batch batch;
    private int index = recipe.batchSize();

    @Override
    public boolean hasNext() {
      return images.hasNext();
    }

    @Override
    public Place next() {
      if (index == recipe.batchSize()) {
        batch = takeFree();
        index = 0;
      }
      return new Place(batch, index++, images.next());
    }

    private Batch takeFree() {
      try {
        return free.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }

  private Batch fill(Place place) {
    Image image = place.image();
    Batch batch = place.batch();
    int index = place.index();
    if (image.image() != null) {
      cutter.get().cut(image.image(), image.epoch(), batch.views(), index);
    } else {
      for (ViewsRecord.View view : image.views().views()) {
        batch.views().put(index, view.view(), view.crop(), view.bytes());
      }
    }
    batch.ids()[index] = image.id();
    batch.epochs()[index] = image.epoch();
    int words = recipe.method().targetWords();
    Arrays.fill(batch.targets(), index * words, (index + 1) * words, 0);
    if (image.target() != null) {
      image.target().fill(batch.targets(), index, words);
    }
    return batch;
  }

  /**
   * Waits for the next batch; the windows of an assignment hold a whole number of batches.
   *
   * @param use takes what it needs of the batch, whose memory is used again afterwards
   */
  public <R> R next(Function<Batch, R> use) {
    Batch batch = places.next();
    for (int i = 1; i < recipe.batchSize(); i++) {
      places.next(); // of the same batch
    }
    R result = use.apply(batch);
    free.add(batch);
    return result;
  }

  @Override
  public void close() {
    places.close();
    images.close();
    batches.forEach(batch -> batch.views().close());
  }
}
