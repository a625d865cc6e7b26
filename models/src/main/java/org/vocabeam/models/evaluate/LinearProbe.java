package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.OneHot;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.TrainingStep;

/**
 * Softmax regression on frozen features (OBoW reference code {@code PredictionHead}): batch norm
 * without scale and offset, so that one learning rate serves every feature, then a linear layer.
 * Weights start at 0; the problem is convex. Not thread-safe.
 *
 * <pre>{@code
 * try (LinearProbe probe = ProbeRecipe.standard().fit(train, classes, seed)) {
 *   double accuracy = probe.accuracy(test);
 * }
 * }</pre>
 */
public final class LinearProbe implements AutoCloseable {
  static final String WEIGHT = "fc.weight";
  static final String BIAS = "fc.bias";
  static final String NORM = "bn";

  private static final String TRAIN = "train";
  private static final String PREDICT = "predict";

  private final int width;
  private final int classes;
  private final int batchSize;
  private final Program program;

  /**
   * Makes a probe with weights of 0.
   *
   * @param width D of the features
   * @param classes number of classes
   * @param batchSize rows of a training step, at least 2
   * @param optimizer its weight decay reaches weight and bias
   */
  public LinearProbe(int width, int classes, int batchSize, Optimizer optimizer) {
    checkArgument(width > 0, "width is %s, must be positive", width);
    checkArgument(classes > 0, "classes is %s, must be positive", classes);
    checkArgument(batchSize > 1, "batchSize is %s, must be at least 2", batchSize);
    this.width = width;
    this.classes = classes;
    this.batchSize = batchSize;
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter()) {
      // Before training, so that prediction reads the statistics and not the moved ones of a step.
      authorPrediction(writer);
      authorTraining(writer, optimizer);
      program = Program.load(writer);
      program.writeState(initialState(writer.variables()));
    }
  }

  private static Map<String, float[]> initialState(Variables variables) {
    Map<String, float[]> state = new LinkedHashMap<>();
    for (VariableSpec spec : variables.specs()) {
      state.put(
          spec.name(),
          spec.role() == VariableSpec.Role.TRAINED
              ? new float[spec.size()]
              : spec.initialValues(0));
    }
    return state;
  }

  /** Returns the logits {@code [B, classes]} of features {@code [B, D]}. */
  private static Operand<TFloat32> logits(Layers layers, Operand<TFloat32> features, int classes) {
    return layers.linear(layers.standardize(features, NORM), "fc", classes, true);
  }

  private void authorPrediction(ProgramWriter writer) {
    Operand<TFloat32> features = writer.input("rows", TFloat32.class, batchSize, width);
    Layers layers = new Layers(writer.ops(), writer.variables().scope(""), Mode.INFERENCE);
    writer.signature(
        PREDICT, Map.of("features", features), Map.of("logits", logits(layers, features, classes)));
  }

  private void authorTraining(ProgramWriter writer, Optimizer optimizer) {
    Ops tf = writer.ops();
    Operand<TFloat32> features = writer.input("features", TFloat32.class, batchSize, width);
    Operand<TInt32> labels = writer.input("labels", TInt32.class, batchSize);
    Operand<TFloat32> learningRate = writer.input("learningRate", TFloat32.class);
    Operand<TFloat32> step = writer.input("step", TFloat32.class);
    Operand<TFloat32> loss = loss(tf, writer.variables(), features, labels, classes);
    TrainingStep training =
        TrainingStep.author(
            writer.graph(),
            tf,
            writer.variables(),
            Loss.of(loss),
            optimizer,
            parameter -> new Optimizer.Schedule(learningRate, step));
    writer.signature(
        TRAIN,
        Map.of("features", features, "labels", labels, "learningRate", learningRate, "step", step),
        Map.of("metrics", training.values()));
  }

  /** Returns the softmax cross-entropy averaged over the batch, on the batch's statistics. */
  static Operand<TFloat32> loss(
      Ops tf,
      Variables variables,
      Operand<TFloat32> features,
      Operand<TInt32> labels,
      int classes) {
    Layers layers = new Layers(tf, variables.scope(""), Mode.TRAINING);
    Operand<TFloat32> targets =
        tf.oneHot(labels, tf.constant(classes), tf.constant(1f), tf.constant(0f), OneHot.axis(1L));
    return Layers.meanOfAll(
        tf, Layers.crossEntropy(tf, logits(layers, features, classes), targets));
  }

  /**
   * Trains one step.
   *
   * @param batch batchSize rows
   * @param learningRate of this step
   * @param step counted from 1
   * @return the loss before the step
   */
  public float train(LabelledFeatures batch, double learningRate, long step) {
    checkArgument(
        batch.width() == width && batch.rows() == batchSize,
        "the batch is %s x %s, must be %s x %s",
        batch.rows(),
        batch.width(),
        batchSize,
        width);
    batch.checkLabels(classes);
    return program
        .run(
            TRAIN,
            Map.of(
                "features",
                batch.values(),
                "labels",
                batch.labels(),
                "learningRate",
                new float[] {(float) learningRate},
                "step",
                new float[] {step}))[0];
  }

  /**
   * Returns logits, with the running statistics of batch norm.
   *
   * @param features {@code [rows, D]}, row-major, any number of rows
   */
  public ClassScores predict(float[] features) {
    checkArgument(
        features.length % width == 0, "%s values do not fill rows of %s", features.length, width);
    int rows = features.length / width;
    float[] logits = new float[Math.multiplyExact(rows, classes)];
    for (int first = 0; first < rows; first += batchSize) {
      ClassScores block = predict(features, first);
      System.arraycopy(block.values(), 0, logits, first * classes, block.values().length);
    }
    return new ClassScores(classes, logits);
  }

  /** Returns the logits of a block of at most batchSize rows. */
  private ClassScores predict(float[] features, int first) {
    int given = Math.min(batchSize, features.length / width - first);
    float[] block = new float[batchSize * width];
    System.arraycopy(features, first * width, block, 0, given * width);
    float[] logits = program.run(PREDICT, Map.of("features", block));
    return new ClassScores(classes, Arrays.copyOf(logits, given * classes));
  }

  /**
   * Returns the share of rows, in [0, 1], whose class wins. It holds the logits of one block at a
   * time, because those of all rows may be more than an array can hold.
   *
   * @param test at least one row
   * @throws Unmeasurable when a logit is not finite
   */
  public double accuracy(LabelledFeatures test) {
    long right = 0;
    for (int first = 0; first < test.rows(); first += batchSize) {
      ClassScores scores = predict(test.values(), first);
      for (float logit : scores.values()) {
        if (!Float.isFinite(logit)) {
          throw Unmeasurable.notFinite();
        }
      }
      int[] predicted = scores.predicted();
      for (int row = 0; row < predicted.length; row++) {
        right += predicted[row] == test.labels()[first + row] ? 1 : 0;
      }
    }
    return (double) right / test.rows();
  }

  /** Returns the variables by name; weights are {@code [D, classes]}. */
  Map<String, float[]> state() {
    return program.readState();
  }

  /** Replaces the values of some variables. */
  void restore(Map<String, float[]> values) {
    Map<String, float[]> state = new LinkedHashMap<>(program.readState());
    state.putAll(values);
    program.writeState(state);
  }

  @Override
  public void close() {
    program.close();
  }
}
