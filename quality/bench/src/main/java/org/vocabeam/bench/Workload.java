package org.vocabeam.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.Normalisation;

/**
 * A preset on images of a size. All the rest, the views too, is the preset's own.
 *
 * @param name as on the command line
 * @param batchSize which may be smaller than the preset's, to fit in memory and time
 * @param precision of the networks
 */
public record Workload(
    String name, Preset preset, ImageShape images, int batchSize, Precision precision) {
  private Workload(String name, Preset preset, ImageShape images, int batchSize) {
    this(name, preset, images, batchSize, Precision.FLOAT32);
  }

  /** The small preset as for Fashion-MNIST. */
  static final Workload SMALL_28 =
      new Workload("small-28", Preset.SMALL, new ImageShape(28, 28, 1), 64);

  /** OBoW's largest preset, with the paper's batch. */
  static final Workload RESNET50_224 =
      new Workload("resnet50-224", Preset.RESNET50, new ImageShape(256, 256, 3), 256);

  private static final List<Workload> ALL =
      List.of(
          SMALL_28,
          new Workload("small-32", Preset.SMALL, new ImageShape(32, 32, 3), 64),
          new Workload("resnet18-32", Preset.RESNET18, new ImageShape(32, 32, 3), 64),
          new Workload(
              "vit-ti16-32", Preset.named("small/vit-ti16"), new ImageShape(32, 32, 3), 64),
          new Workload("resnet18-224", Preset.RESNET18, new ImageShape(256, 256, 3), 8),
          RESNET50_224);

  private static final long STEPS = 100_000;
  private static final long SEED = 1;

  /** Every workload, the quick ones first. */
  public static List<Workload> all() {
    return ALL;
  }

  /** Returns true when it is trained on images as large as photos. */
  boolean isForPhotos() {
    return images.height() > 200;
  }

  /** Returns the same work in a precision. */
  Workload in(Precision other) {
    return new Workload(name, preset, images, batchSize, other);
  }

  Recipe recipe() {
    float[] half = new float[images.channels()];
    float[] quarter = new float[images.channels()];
    Arrays.fill(half, 0.5f);
    Arrays.fill(quarter, 0.25f);
    Task task = new Task(images, new Normalisation(half, quarter), STEPS * batchSize, STEPS, SEED);
    ObjectNode tree = (ObjectNode) Methods.toTree(Methods.recipe("obow", preset, task));
    return Methods.recipe(tree.put("batchSize", batchSize).put("precision", precision.toString()));
  }

  /** The name, images, batch and precision. */
  String description() {
    return String.format(
        "%s (%d x %d x %d, batch %d, %s)",
        name, images.height(), images.width(), images.channels(), batchSize, precision);
  }
}
