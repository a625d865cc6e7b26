package org.vocabeam.models.training;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.ViewSpec;

/**
 * A self-supervised method: which views of an image it wants, and the loss of one step. What is
 * common to all (gradients, optimizer, rounds, evaluation) is not its concern.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface Method {
  /** The scope of the variables of the network that is trained and kept. */
  String STUDENT = "student.";

  /** The scope of the linear layer that says the classes, of a method with {@link #classes}. */
  String CLASSIFIER = "classifier.";

  /** The name of {@code --method}. */
  String name();

  /** The views that a step is fed with, each rendered from the same batch of images. */
  List<ViewSpec> views();

  /** Integers that are drawn for every image of a batch. */
  default List<Draw> draws(Backbone backbone) {
    return List.of();
  }

  /** The names of the scalars that a step is fed with, besides rate and step number. */
  default List<String> scalars() {
    return List.of();
  }

  /**
   * The scalars of a step.
   *
   * @param step counted from 0
   * @param steps of the whole run
   */
  default Map<String, Double> scalars(long step, long steps) {
    return Map.of();
  }

  /** Whether a trained parameter keeps the first rate of the schedule for the whole run. */
  default boolean hasConstantRate(VariableSpec parameter) {
    return false;
  }

  /** Words of the targets that a step is fed with; 0 for a method that makes its own. */
  default int targetWords() {
    return 0;
  }

  /**
   * The names of the classes that the trained network says, in the order of its logits; empty for
   * one that learns an embedding alone.
   */
  default List<String> classes() {
    return List.of();
  }

  /** The scopes of networks that start as copies of the student. */
  default List<String> studentCopies() {
    return List.of();
  }

  /** Authors the forward pass of one step. */
  Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs);

  /** Refuses, with a {@link org.vocabeam.models.UserError}, what the method cannot work on. */
  default void check(Backbone backbone, int batchSize) {}

  /**
   * A uniform integer for every image.
   *
   * @param bound more than the largest value
   */
  record Draw(String name, int bound) {}

  /**
   * What a step is fed with.
   *
   * @param views name to normalised pixels {@code [B count, size, size, C]}, rows image-major
   * @param draws name to {@code [B]}
   * @param scalars name to scalar
   * @param targets {@code [B, K]} where K is {@link #targetWords}; null when that is 0
   * @param normalisation of the views' pixels
   */
  record Inputs(
      Map<String, Operand<TFloat32>> views,
      Map<String, Operand<TInt32>> draws,
      Map<String, Operand<TFloat32>> scalars,
      Operand<TFloat32> targets,
      Normalisation normalisation) {}

  /**
   * @param total the scalar that is minimised over all TRAINED variables
   * @param metrics name to scalar, in the order in which people want them; the first is the loss
   * @param afterwards authors the updates that overwrite what the step reads; is given operations
   *     that run behind all readers
   */
  record Loss(
      Operand<TFloat32> total, Map<String, Operand<TFloat32>> metrics, Consumer<Ops> afterwards) {}
}
