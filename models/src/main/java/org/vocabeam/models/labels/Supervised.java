package org.vocabeam.models.labels;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.Classifier;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.Orientation;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.ViewSpec;

/**
 * Classification by the encoder and a linear layer, {@code L = L_supervised + w L_self}
 * (docs/methods.md, section 8).
 *
 * @param classes names of the labels, sorted; a label's place is the number of its class
 * @param trained variables that the gradient moves
 * @param auxiliary method of the self-supervised loss beside the labels; null for none
 * @param weight w, at least 0
 * @param view kind of view for the labels, one of every image
 */
@JsonTypeName("supervised")
public record Supervised(
    List<String> classes, Trained trained, Method auxiliary, double weight, ViewSpec view)
    implements Method {
  /** Variables that the gradient moves. */
  public enum Trained {
    /** Encoder and linear layer. */
    @JsonProperty("all")
    ALL,
    /** Linear layer alone. */
    @JsonProperty("head")
    HEAD
  }

  public Supervised {
    classes = List.copyOf(classes);
    require(classes.size() > 1, "the number of different labels", classes.size(), "at least 2");
    require(weight >= 0 && Double.isFinite(weight), "weight", weight, "at least 0");
    require(view.count() == 1, "count of the view", view.count(), "1");
    if (auxiliary != null) {
      require(
          trained == Trained.ALL, "trained", "head", "all: an auxiliary loss trains the encoder");
      require(
          auxiliary.targetSource() == TargetSource.NONE,
          "auxiliary",
          auxiliary.name(),
          "a method without targets of its own");
    }
  }

  private static void require(boolean valid, String what, Object actual, String allowed) {
    if (!valid) {
      throw new UserError(what + " is " + actual + ", must be " + allowed);
    }
  }

  @Override
  public List<ViewSpec> views() {
    List<ViewSpec> views = new ArrayList<>(List.of(view));
    if (auxiliary != null) {
      views.addAll(auxiliary.views());
    }
    return views;
  }

  @Override
  public List<Draw> draws(Backbone backbone) {
    return auxiliary == null ? List.of() : auxiliary.draws(backbone);
  }

  @Override
  public Map<String, ScalarSchedule> scalars() {
    return auxiliary == null ? Map.of() : auxiliary.scalars();
  }

  @Override
  public OptionalDouble constantRate(VariableSpec parameter, RateSchedule schedule) {
    return auxiliary == null ? OptionalDouble.empty() : auxiliary.constantRate(parameter, schedule);
  }

  @Override
  public TargetSource targetSource() {
    return TargetSource.LABELS;
  }

  @Override
  public int targetWords() {
    return classes.size();
  }

  @Override
  public List<String> studentCopies() {
    return auxiliary == null ? List.of() : auxiliary.studentCopies();
  }

  /** A share of the labels may be fewer images than a batch: each comes in other crops. */
  @Override
  public boolean mayRepeatImages() {
    return auxiliary == null;
  }

  @Override
  public void check(Backbone backbone, int batchSize) {
    if (auxiliary != null) {
      auxiliary.check(backbone, batchSize);
    }
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    // [B, S, S, C] -> [n B, D] -> [n B, classes], with as many copies as the method beside it has.
    Operand<TFloat32> images = inputs.views().get(view.name());
    Operand<TFloat32> labels = inputs.targets();
    if (auxiliary != null) {
      Operand<TFloat32> copies = auxiliary.classified(tf, images);
      labels = repeated(tf, labels, copies.shape().get(0) / images.shape().get(0));
      images = copies;
    }
    Layers student =
        trained == Trained.ALL
            ? new Layers(tf, variables.scope(STUDENT), Mode.TRAINING)
            : new Layers(tf, variables.frozen(STUDENT), Mode.INFERENCE);
    Operand<TFloat32> features = backbone.embed(student, images);
    Operand<TFloat32> logits =
        Classifier.logits(tf, variables.scope(CLASSIFIER), features, classes.size());

    // Mean over the labelled rows; a row of zeros costs nothing.
    Operand<TFloat32> labelled = tf.sum(labels, tf.constant(1));
    Operand<TFloat32> count = tf.math.maximum(tf.sum(labelled, tf.constant(0)), tf.constant(1f));
    Operand<TFloat32> costs = Layers.crossEntropy(tf, logits, labels);
    Operand<TFloat32> supervised = tf.math.div(tf.sum(costs, tf.constant(0)), count);
    Operand<TInt64> predicted = tf.math.argMax(logits, tf.constant(1));
    Operand<TInt64> correct = tf.math.argMax(labels, tf.constant(1));
    Operand<TFloat32> hits =
        tf.math.mul(tf.dtypes.cast(tf.math.equal(predicted, correct), TFloat32.class), labelled);

    Loss self = auxiliary == null ? null : auxiliary.loss(tf, variables, backbone, inputs);
    Operand<TFloat32> total =
        self == null
            ? supervised
            : tf.math.add(supervised, tf.math.mul(self.total(), tf.constant((float) weight)));
    Loss loss =
        Loss.of(total, features)
            .with("loss/supervised", supervised)
            .with("accuracy", tf.math.div(tf.sum(hits, tf.constant(0)), count));
    if (self == null) {
      return loss;
    }
    Map<String, Operand<TFloat32>> beside = new LinkedHashMap<>();
    self.reported(tf).forEach((name, value) -> beside.put("auxiliary/" + name, value));
    return loss.with(beside);
  }

  private static Operand<TFloat32> repeated(Ops tf, Operand<TFloat32> rows, long copies) {
    return copies == 1 ? rows : tf.concat(Collections.nCopies((int) copies, rows), tf.constant(0));
  }

  /**
   * Settings for any network: SGD with Nesterov's momentum, crops and flips, as the papers
   * fine-tune (Chen et al. 2020, appendix B.5); for a whole transformer {@link Task#optimizer}.
   *
   * @param auxiliary null for none
   */
  public static Recipe recipe(
      Backbone backbone,
      Task task,
      List<String> classes,
      Trained trained,
      Method auxiliary,
      double weight) {
    ViewSpec view =
        new ViewSpec(
            "labelled",
            /* size= */ task.isSmall() ? task.side() : 224,
            /* count= */ 1,
            new RandomResizedCrop(/* minArea= */ task.isSmall() ? 0.5 : 0.08, /* maxArea= */ 1),
            Orientation.FLIPPED,
            /* augmentations= */ List.of());
    int batch = 64;
    Optimizer optimizer =
        new Sgd(
            /* momentum= */ 0.9,
            /* weightDecay= */ trained == Trained.HEAD ? 0 : 5e-4,
            /* nesterov= */ true);
    RateSchedule schedule =
        new RateSchedule.Cosine(
            /* learningRate= */ 0.1, /* endLearningRate= */ 0, /* warmupSteps= */ 0);
    boolean all = trained == Trained.ALL;
    return new Recipe(
        new Supervised(classes, trained, auxiliary, weight, view),
        backbone,
        task.images(),
        task.normalisation(),
        batch,
        all ? task.optimizer(backbone, optimizer) : optimizer,
        all ? task.schedule(backbone, batch, optimizer, schedule) : schedule,
        task.steps(),
        task.seed(),
        /* collapseThreshold= */ 0,
        /* microBatches= */ 1,
        Precision.FLOAT32);
  }
}
