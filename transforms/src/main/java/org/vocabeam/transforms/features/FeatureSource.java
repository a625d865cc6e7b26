package org.vocabeam.transforms.features;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.program.DeviceChoice;
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

/**
 * Where an image's features come from.
 *
 * @param name of what is evaluated: {@code trained}, {@code random} or another
 * @param recipe JSON of the encoder
 * @param checkpoint directory of the encoder's weights; null for random ones
 * @param network scope of its variables in the checkpoint
 * @param pooling of the backbone's maps; null for the logits of the classifier
 * @param device on which they are computed
 */
public record FeatureSource(
    String name,
    String recipe,
    @Nullable String checkpoint,
    String network,
    @Nullable Pooling pooling,
    DeviceChoice device)
    implements Serializable {
  private static final int BATCH = 256;

  /** A checkpoint's student. */
  public static FeatureSource trained(String checkpoint, Pooling pooling) {
    String recipe = Methods.toJson(Checkpoint.read(checkpoint).recipe());
    return new FeatureSource(
        "trained", recipe, checkpoint, Method.STUDENT, pooling, DeviceChoice.CPU);
  }

  /** The same network with the random weights that its run started from. */
  public FeatureSource random() {
    return new FeatureSource("random", recipe, null, Method.STUDENT, pooling, device);
  }

  /** The student of a recipe with the random weights that its run starts from. */
  public static FeatureSource random(Recipe recipe, Pooling pooling) {
    return new FeatureSource(
        "random", Methods.toJson(recipe), null, Method.STUDENT, pooling, DeviceChoice.CPU);
  }

  /** A source of a checkpoint's local features: every cell of a level's map for itself. */
  public static FeatureSource cells(String checkpoint, String level) {
    return cells(checkpoint, Method.STUDENT, level);
  }

  /**
   * The same of another network of the checkpoint.
   *
   * @param network scope of its variables, which are named as the student's
   */
  public static FeatureSource cells(String checkpoint, String network, String level) {
    Recipe recipe = Checkpoint.read(checkpoint).recipe();
    return new FeatureSource(
        "cells",
        Methods.toJson(recipe),
        checkpoint,
        network,
        Pooling.cells(recipe, level),
        DeviceChoice.CPU);
  }

  /** What the classifier of a checkpoint with classes says: a logit for every class. */
  public static FeatureSource logits(String checkpoint) {
    String recipe = Methods.toJson(Checkpoint.read(checkpoint).recipe());
    return new FeatureSource("logits", recipe, checkpoint, Method.STUDENT, null, DeviceChoice.CPU);
  }

  /** The same features under another name. */
  public FeatureSource named(String other) {
    return new FeatureSource(other, recipe, checkpoint, network, pooling, device);
  }

  /** The same features, computed elsewhere. */
  public FeatureSource on(DeviceChoice choice) {
    return new FeatureSource(name, recipe, checkpoint, network, pooling, choice);
  }

  /** Loads the encoder; to be closed. */
  public Extractor open() {
    Recipe of = Methods.recipe(recipe);
    Map<String, float[]> state = checkpoint == null ? null : state();
    Encoder encoder =
        pooling == null
            ? Encoder.classifier(of, state, BATCH, device)
            : Encoder.of(of, state, pooling, BATCH, device);
    return new Extractor(encoder, of.images());
  }

  /** The checkpoint, with the network's variables under the student's names. */
  private Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>(Checkpoint.read(checkpoint).state());
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

  /** Computes features; one thread at a time. */
  public record Extractor(Encoder encoder, ImageShape shape) implements AutoCloseable {
    /**
     * The features of a row group's images, batch by batch.
     *
     * @param split of the images that are wanted; null for all
     * @param use is given images and their features, {@code [images, width]} row by row
     */
    public void extract(
        RowGroup group, @Nullable String split, BiConsumer<List<ImageRecord>, float[]> use)
        throws IOException {
      List<ImageRecord> batch = new ArrayList<>();
      try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, group)) {
        while (rows.hasNext()) {
          ImageRecord image = rows.next();
          if (split == null || split.equals(image.split())) {
            batch.add(image);
          }
          if (batch.size() == encoder.batchSize() || (!rows.hasNext() && !batch.isEmpty())) {
            use.accept(
                batch,
                encoder.embed(batch.stream().map(i -> Pixels.of(i, shape).values()).toList()));
            batch.clear();
          }
        }
      }
    }

    @Override
    public void close() {
      encoder.close();
    }
  }
}
