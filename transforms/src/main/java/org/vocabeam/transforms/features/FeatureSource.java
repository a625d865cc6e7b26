package org.vocabeam.transforms.features;

import com.google.common.collect.Iterators;
import java.io.IOException;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.training.Encoder;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.worker.Ahead;
import org.vocabeam.transforms.worker.Compute;
import org.vocabeam.transforms.worker.FeedThreads;

/**
 * Source of the features of an image: a network, its weights and a pooling.
 *
 * @param name of the features in metrics: {@code trained}, {@code random} or another
 * @param recipe of the encoder
 * @param checkpoint directory of the encoder's weights; null for random ones
 * @param network scope of its variables in the checkpoint
 * @param pooling of the backbone's maps; null for the logits of the classifier
 * @param compute how they are computed
 */
public record FeatureSource(
    String name,
    Recipe recipe,
    @Nullable String checkpoint,
    String network,
    @Nullable Pooling pooling,
    Compute compute)
    implements Serializable {
  private static final int BATCH = 256;

  /** Returns the features of a checkpoint's student. */
  public static FeatureSource trained(String checkpoint, Pooling pooling) {
    Recipe recipe = Checkpoint.open(checkpoint).recipe();
    return new FeatureSource("trained", recipe, checkpoint, Method.STUDENT, pooling, Compute.CPU);
  }

  /** Returns the same features of the random weights that the run started from. */
  public FeatureSource random() {
    return new FeatureSource("random", recipe, null, Method.STUDENT, pooling, compute);
  }

  /**
   * Returns the features of a recipe's student, with the random weights that its run starts from.
   */
  public static FeatureSource random(Recipe recipe, Pooling pooling) {
    return new FeatureSource("random", recipe, null, Method.STUDENT, pooling, Compute.CPU);
  }

  /** Returns the local features of a checkpoint's student: every cell of a level's map. */
  public static FeatureSource cells(String checkpoint, String level) {
    return cells(checkpoint, Method.STUDENT, level);
  }

  /**
   * Returns the local features of a network of a checkpoint.
   *
   * @param network scope of its variables, which have the names of the student's
   * @param level of the backbone; empty for the last
   */
  public static FeatureSource cells(String checkpoint, String network, String level) {
    Recipe recipe = Checkpoint.open(checkpoint).recipe();
    return new FeatureSource(
        "cells", recipe, checkpoint, network, Pooling.cells(recipe, level), Compute.CPU);
  }

  /** Returns the logits of the classifier of a checkpoint with classes, one for every class. */
  public static FeatureSource logits(String checkpoint) {
    Recipe recipe = Checkpoint.open(checkpoint).recipe();
    return new FeatureSource("logits", recipe, checkpoint, Method.STUDENT, null, Compute.CPU);
  }

  /** Returns the same features with another name. */
  public FeatureSource named(String other) {
    return new FeatureSource(other, recipe, checkpoint, network, pooling, compute);
  }

  /** Returns the same features, computed in another way. */
  public FeatureSource on(Compute choice) {
    return new FeatureSource(name, recipe, checkpoint, network, pooling, choice);
  }

  /** Loads the encoder. The caller closes it. */
  public Extractor open() {
    Map<String, float[]> state = checkpoint == null ? null : state();
    Encoder encoder =
        pooling == null
            ? Encoder.classifier(recipe, state, BATCH, compute.begin())
            : Encoder.of(recipe, state, pooling, BATCH, compute.begin());
    return new Extractor(encoder, recipe.images(), compute.threads());
  }

  /** Returns the checkpoint's state, with the network's variables under the student's names. */
  private Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>(Checkpoint.open(checkpoint).state());
    if (!network.equals(Method.STUDENT)) {
      Map.copyOf(state)
          .forEach(
              (variable, values) -> {
                if (variable.startsWith(network)) {
                  state.put(Method.STUDENT + variable.substring(network.length()), values);
                }
              });
    }
    return state;
  }

  /** Loaded encoder, for one thread at a time. */
  public record Extractor(Encoder encoder, ImageShape shape, FeedThreads threads)
      implements AutoCloseable {
    /** An image, and its pixels for the encoder. */
    private record Decoded(ImageRecord image, byte[] pixels) {}

    /**
     * Computes the features of a row group's images, batch by batch, while threads decode the next.
     *
     * @param split of the wanted images; null for all
     * @param use takes images and their features {@code [images, width]}, row-major
     */
    public void extract(
        RowGroup group, @Nullable String split, BiConsumer<List<ImageRecord>, float[]> use)
        throws IOException {
      extractWhere(group, image -> split == null || split.equals(image.split()), use);
    }

    /**
     * Computes the features of some of a row group's images; the others are not decoded.
     *
     * @param wanted true for an image whose features are computed
     * @param use as in {@link #extract}
     */
    public void extractWhere(
        RowGroup group, Predicate<ImageRecord> wanted, BiConsumer<List<ImageRecord>, float[]> use)
        throws IOException {
      try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, group);
          Ahead<Decoded> decoded =
              threads.map(
                  Iterators.filter(rows, wanted::test),
                  image -> new Decoded(image, Pixels.of(image, shape).values()),
                  encoder.batchSize())) {
        Iterators.partition(decoded, encoder.batchSize())
            .forEachRemaining(
                batch ->
                    use.accept(
                        batch.stream().map(Decoded::image).toList(),
                        encoder.embed(batch.stream().map(Decoded::pixels).toList())));
      }
    }

    @Override
    public void close() {
      encoder.close();
    }
  }
}
