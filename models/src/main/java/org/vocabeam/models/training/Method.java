package org.vocabeam.models.training;

import static com.google.common.base.Preconditions.checkState;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.ViewSpec;

/**
 * A training method: the views of an image that it wants, and the loss of one step. Everything that
 * methods share (gradients, optimizer, rounds, evaluation) lies outside of it. A method is a record
 * of its settings, named by a {@link JsonTypeName} and registered in {@code Methods}:
 *
 * <pre>{@code
 * @JsonTypeName("mine")
 * public record Mine(double temperature, ViewSpec view) implements Method {
 *   public List<ViewSpec> views() {
 *     return List.of(view);
 *   }
 *
 *   public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
 *     Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
 *     Operand<TFloat32> features = backbone.embed(student, inputs.views().get(view.name()));
 *     return Loss.of(objective(tf, features, temperature), features);
 *   }
 * }
 * }</pre>
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface Method extends Serializable {
  /** Scope of the variables of the network that is trained and kept. */
  String STUDENT = "student.";

  /** Scope of the linear layer that scores the classes, for a method with {@link #classes}. */
  String CLASSIFIER = "classifier.";

  /**
   * Name of the scalar 1 - a of a teacher's average. In a step of several micro-batches it is 0 for
   * all but the first, so that the teacher moves once.
   */
  String STUDENT_SHARE = "studentShare";

  /** Origin of the targets that a step is fed with. */
  enum TargetSource {
    /** The step makes its own targets. */
    NONE,
    /** Labels of the images, one-hot. */
    LABELS,
    /** Bags of the visual words of a frozen teacher, made before the student trains. */
    TEACHER_WORDS,
    /** Embeddings or logits of a frozen teacher for whole images, made before. */
    TEACHER_FEATURES,
    /** Maps of a frozen teacher for whole images, made before. */
    TEACHER_MAPS
  }

  /** Returns the method's name, which is also its type in JSON. */
  default String name() {
    return nameOf(getClass());
  }

  /**
   * Returns the name of a kind of method.
   *
   * @throws IllegalStateException if it has no {@link JsonTypeName}
   */
  static String nameOf(Class<? extends Method> type) {
    JsonTypeName name = type.getAnnotation(JsonTypeName.class);
    checkState(name != null, "%s has no @JsonTypeName", type);
    return name.value();
  }

  /** Views that a step is fed with, each rendered from the same batch of images. */
  List<ViewSpec> views();

  /** Integers that are drawn for every image of a batch. */
  default List<Draw> draws(Backbone backbone) {
    return List.of();
  }

  /**
   * Scalars that a step is fed with besides rate and step number, by name, in the order of the
   * program's inputs.
   */
  default Map<String, ScalarSchedule> scalars() {
    return Map.of();
  }

  /**
   * Returns the learning rate that a trained parameter keeps for the run, beside the weight decay
   * of the first step; empty for a parameter that follows the schedules.
   */
  default OptionalDouble constantRate(VariableSpec parameter, RateSchedule schedule) {
    return OptionalDouble.empty();
  }

  /** Origin of the targets of a step. */
  default TargetSource targetSource() {
    return TargetSource.NONE;
  }

  /**
   * Returns the width K of the targets {@code [B, K]} that a step is fed with; 0 without targets.
   */
  default int targetWords() {
    return 0;
  }

  /**
   * Names of the classes that the trained network scores, in the order of its logits; empty for a
   * method that learns an embedding alone.
   */
  default List<String> classes() {
    return List.of();
  }

  /** Scopes of networks that start as copies of the student. */
  default List<String> studentCopies() {
    return List.of();
  }

  /** Visual words that a run learns from, for pictures of them; empty for a method without. */
  default Optional<WordMap> wordMap(Backbone backbone) {
    return Optional.empty();
  }

  /**
   * Returns the images on which a classifier beside the method's loss is trained: the given ones,
   * or several transformed copies of them, copy after copy.
   *
   * @param images {@code [B, S, S, C]}
   * @return {@code [n B, S, S, C]}
   */
  default Operand<TFloat32> classified(Ops tf, Operand<TFloat32> images) {
    return images;
  }

  /**
   * Returns what to change in a recipe whose embeddings have collapsed: a clause in the imperative,
   * which names constants.
   */
  default String againstCollapse() {
    return "lower learningRate or add warmupSteps";
  }

  /** Returns the signs of collapse in the method's own metrics. */
  default List<CollapseSign> collapseSigns() {
    return List.of();
  }

  /** Authors the forward pass of one step. */
  Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs);

  /**
   * Returns true if an image may be in a batch several times. Otherwise a batch is at most all
   * images: of a method that sets images apart, copies would be told apart from themselves, and of
   * any other a larger batch only costs time.
   */
  default boolean mayRepeatImages() {
    return false;
  }

  /**
   * Rejects a network or a batch size that the method cannot work with.
   *
   * @throws org.vocabeam.models.UserError with the values that are allowed
   */
  default void check(Backbone backbone, int batchSize) {}

  /**
   * Uniform integers for every image.
   *
   * @param bound exclusive
   * @param isOrder true for all integers below the bound in a random order, false for one of them
   */
  record Draw(String name, int bound, boolean isOrder) {
    /** Makes a draw of one integer. */
    public Draw(String name, int bound) {
      this(name, bound, /* isOrder= */ false);
    }

    /** Returns the shape of the draws of some images: {@code [B]}, or {@code [B, bound]}. */
    public long[] shape(int images) {
      return isOrder ? new long[] {images, bound} : new long[] {images};
    }

    /** Returns the integers of an image. */
    public int[] drawn(SplittableRandom random) {
      if (!isOrder) {
        return new int[] {random.nextInt(bound)};
      }
      int[] order = new int[bound];
      for (int i = 0; i < bound; i++) {
        int before = random.nextInt(i + 1);
        order[i] = order[before];
        order[before] = i;
      }
      return order;
    }
  }

  /** A scalar by step. */
  @FunctionalInterface
  interface ScalarSchedule {
    /**
     * Returns the value of a step.
     *
     * @param step counted from 0
     * @param steps of the whole run
     */
    double value(long step, long steps);
  }

  /**
   * Visual words of the cells of a network's map.
   *
   * @param network scope of the network in its checkpoint
   * @param level of the network
   * @param variable of the same checkpoint that holds the words {@code [K, C]}; empty for words
   *     that are kept in a codebook store
   * @param border outermost cells of the map that have no word
   * @param count K
   */
  record WordMap(String network, String level, Optional<String> variable, int border, int count) {}

  /**
   * Inputs of a step.
   *
   * @param views name to normalised pixels {@code [B count, size, size, C]}, rows image-major
   * @param draws name to {@code [B]}, or for an order to {@code [B, bound]}
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
}
