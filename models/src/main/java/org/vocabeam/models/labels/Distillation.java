package org.vocabeam.models.labels;

import static org.vocabeam.models.graph.Layers.meanOfAll;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.Classifier;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.ViewSpec;

/**
 * Knowledge distillation (Hinton et al. 2015, "Distilling the Knowledge in a Neural Network"): a
 * student, which may be smaller, says what a frozen teacher says of the same image.
 *
 * @param teacher the teacher's network
 * @param classes of a teacher that is a classifier, whose logits are told; empty for one that has
 *     learned an embedding alone
 * @param objective what of the teacher is told
 * @param temperature T of {@link Objective#LOGITS}
 * @param view what both see; one of every image
 */
@JsonTypeName("distillation")
public record Distillation(
    Backbone teacher, List<String> classes, Objective objective, double temperature, ViewSpec view)
    implements Method {
  /** The scope of the teacher's variables, which a run starts with. */
  public static final String TEACHER = "teacher.";

  /** The scope of the teacher's linear layer, if it has classes. */
  public static final String TEACHER_CLASSIFIER = TEACHER + CLASSIFIER;

  /** What of the teacher is told. */
  public enum Objective {
    /** The direction of its embedding: {@code 2 - 2 cos}. */
    @JsonProperty("features")
    FEATURES,
    /**
     * The softmax at temperature T of its logits, times T squared; of a teacher without classes, of
     * its embedding, as if its dimensions were classes.
     */
    @JsonProperty("logits")
    LOGITS
  }

  public Distillation {
    classes = List.copyOf(classes);
    if (!classes.isEmpty() && objective != Objective.LOGITS) {
      throw new UserError("objective is features, must be logits for a teacher with classes");
    }
    if (!(temperature > 0 && Double.isFinite(temperature))) {
      throw new UserError("temperature is " + temperature + ", must be positive");
    }
    view.checkSingle();
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(view);
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    Operand<TFloat32> images = inputs.views().get(view.name());

    // [B, S, S, C] -> [B, E], of a classifier -> [B, classes]; not differentiated.
    Operand<TFloat32> taught =
        teacher.embed(new Layers(tf, variables.frozen(TEACHER), Mode.INFERENCE), images);
    if (!classes.isEmpty()) {
      taught = Classifier.logits(tf, variables.frozen(TEACHER_CLASSIFIER), taught, classes.size());
    }

    // [B, S, S, C] -> [B, D] -> [B, E] or [B, classes]
    Operand<TFloat32> features =
        backbone.embed(new Layers(tf, variables.scope(STUDENT), Mode.TRAINING), images);
    Operand<TFloat32> predicted =
        classes.isEmpty()
            ? new Layers(tf, variables.scope("head."), Mode.TRAINING)
                .linear(features, "fc", teacher.embeddingWidth(), true)
            : Classifier.logits(tf, variables.scope(CLASSIFIER), features, classes.size());
    Operand<TFloat32> loss =
        switch (objective) {
          case FEATURES -> direction(tf, predicted, taught);
          case LOGITS -> softened(tf, predicted, taught, temperature);
        };
    return Loss.of(loss, features);
  }

  private static Operand<TFloat32> direction(
      Ops tf, Operand<TFloat32> predicted, Operand<TFloat32> taught) {
    Operand<TFloat32> difference =
        tf.math.sub(Layers.l2Normalize(tf, predicted), Layers.l2Normalize(tf, taught));
    return meanOfAll(tf, tf.sum(tf.math.square(difference), tf.constant(1)));
  }

  /** Section 2: cross-entropy of the two softened distributions; T squared keeps its gradient. */
  static Operand<TFloat32> softened(
      Ops tf, Operand<TFloat32> predicted, Operand<TFloat32> taught, double temperature) {
    Operand<TFloat32> t = tf.constant((float) temperature);
    Operand<TFloat32> targets = tf.stopGradient(tf.nn.softmax(tf.math.div(taught, t)));
    return tf.math.mul(
        meanOfAll(
            tf, tf.nn.softmaxCrossEntropyWithLogits(tf.math.div(predicted, t), targets).loss()),
        tf.constant((float) (temperature * temperature)));
  }

  /**
   * The settings for any student, of BoWNet's views.
   *
   * @param backbone the student's
   * @param task with the normalisation that the teacher was trained with
   * @param teacher the teacher's network
   * @param classes that the teacher scores and the student learns; empty for none
   */
  public static Recipe recipe(
      Backbone backbone,
      Task task,
      Backbone teacher,
      List<String> classes,
      Objective objective,
      double temperature) {
    return task.recipe(
        new Distillation(
            teacher,
            classes,
            objective,
            temperature,
            ViewSpec.bowNet(/* size= */ task.isSmall() ? task.side() : 224, /* minArea= */ 0.2)),
        backbone,
        /* batchSize= */ 64,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 5e-4, /* nesterov= */ true),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.1, /* endLearningRate= */ 0, /* warmupSteps= */ 0));
  }
}
