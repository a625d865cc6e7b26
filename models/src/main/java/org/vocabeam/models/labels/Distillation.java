package org.vocabeam.models.labels;

import static org.vocabeam.models.graph.Layers.crossEntropy;
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
 * student, which may be smaller, learns the outputs of a frozen teacher for the same image.
 *
 * @param teacher network of the teacher
 * @param classes of a teacher that is a classifier, whose logits are learned; empty for a teacher
 *     that has an embedding alone
 * @param objective output of the teacher that is learned
 * @param temperature T of {@link Objective#LOGITS}, positive
 * @param view kind of view for student and teacher, one of every image
 */
@JsonTypeName("distillation")
public record Distillation(
    Backbone teacher, List<String> classes, Objective objective, double temperature, ViewSpec view)
    implements Method {
  /** Scope of the teacher's variables, which are given at the start of a run. */
  public static final String TEACHER = "teacher.";

  /** Scope of the teacher's linear layer, if it has classes. */
  public static final String TEACHER_CLASSIFIER = TEACHER + CLASSIFIER;

  /** Output of the teacher that is learned. */
  public enum Objective {
    /** Direction of the embedding: {@code 2 - 2 cos}. */
    @JsonProperty("features")
    FEATURES,
    /**
     * Softmax of the logits at temperature T, times T squared; for a teacher without classes the
     * dimensions of its embedding take the place of classes.
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

    // [B, S, S, C] -> [B, E], for a classifier -> [B, classes]; without gradient.
    Operand<TFloat32> target =
        teacher.embed(new Layers(tf, variables.frozen(TEACHER), Mode.INFERENCE), images);
    if (!classes.isEmpty()) {
      target = Classifier.logits(tf, variables.frozen(TEACHER_CLASSIFIER), target, classes.size());
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
          case FEATURES -> direction(tf, predicted, target);
          case LOGITS -> softened(tf, predicted, target, temperature);
        };
    return Loss.of(loss, features);
  }

  private static Operand<TFloat32> direction(
      Ops tf, Operand<TFloat32> predicted, Operand<TFloat32> target) {
    Operand<TFloat32> difference =
        tf.math.sub(Layers.l2Normalize(tf, predicted), Layers.l2Normalize(tf, target));
    return meanOfAll(tf, tf.sum(tf.math.square(difference), tf.constant(1)));
  }

  /**
   * Authors the cross-entropy of the two softened distributions (section 2); the factor T squared
   * keeps the scale of its gradient.
   */
  static Operand<TFloat32> softened(
      Ops tf, Operand<TFloat32> predicted, Operand<TFloat32> target, double temperature) {
    Operand<TFloat32> t = tf.constant((float) temperature);
    Operand<TFloat32> targets = tf.stopGradient(tf.nn.softmax(tf.math.div(target, t)));
    return tf.math.mul(
        meanOfAll(tf, crossEntropy(tf, tf.math.div(predicted, t), targets)),
        tf.constant((float) (temperature * temperature)));
  }

  /**
   * Settings for any student, with BoWNet's views.
   *
   * @param backbone network of the student
   * @param task with the normalisation that the teacher was trained with
   * @param teacher network of the teacher
   * @param classes of the teacher that the student learns; empty for none
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
