package org.vocabeam.models.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.program.ProgramWriter;

/**
 * Program of a recipe: its signatures take a step, or a micro-batch of one, from images that are in
 * host memory, from images that were staged on the device, and from stored views. All three run the
 * same graph.
 */
final class TrainingProgram {
  static final String TRAIN_IMAGES = "train_images";
  static final String TRAIN_STORED = "train_stored";
  static final String TRAIN_STAGED = "train_staged";
  static final String UPDATE = "update";
  static final String TARGETS = "targets";
  static final String LEARNING_RATE = "learning_rate";
  static final String BACKBONE_RATE = "backbone_rate";
  static final String STEP = "step";

  private TrainingProgram() {}

  /**
   * Authors the program of a recipe.
   *
   * @return the names of the metrics of a step; the first is the loss
   */
  static List<String> author(Recipe recipe, ProgramWriter writer) {
    Ops tf = writer.ops();
    Method method = recipe.method();
    int batch = recipe.microBatchSize();
    RenderedViews.Graph rendered = RenderedViews.of(recipe).author(writer, batch);
    Map<String, Operand<TFloat32>> views = new LinkedHashMap<>();
    rendered
        .views()
        .forEach(
            (name, pixels) ->
                views.put(name, recipe.normalisation().apply(tf, withShape(tf, pixels, recipe))));
    Map<String, Operand<?>> inputs = new LinkedHashMap<>();
    Map<String, Operand<TInt32>> draws = new LinkedHashMap<>();
    for (Method.Draw draw : recipe.draws()) {
      Operand<TInt32> input = writer.input(draw.name(), TInt32.class, draw.shape(batch));
      inputs.put(draw.name(), input);
      draws.put(draw.name(), input);
    }
    if (draws.containsKey(Recipe.DROP_PATH)) {
      // Its seed is two integers, those of the first two images.
      writer
          .variables()
          .addNoise(
              tf.slice(
                  draws.get(Recipe.DROP_PATH),
                  tf.constant(new int[] {0}),
                  tf.constant(new int[] {2})));
    }
    Map<String, Operand<TFloat32>> scalars = new LinkedHashMap<>();
    for (String name : method.scalars().keySet()) {
      scalars.put(name, writer.input(name, TFloat32.class));
    }
    Operand<TFloat32> targets = null;
    if (method.targetWords() > 0) {
      targets = writer.input(TARGETS, TFloat32.class, batch, method.targetWords());
      inputs.put(TARGETS, targets);
    }
    Operand<TFloat32> learningRate = writer.input(LEARNING_RATE, TFloat32.class);
    Operand<TFloat32> step = writer.input(STEP, TFloat32.class);
    inputs.putAll(scalars);
    Map<String, Operand<?>> schedule = new LinkedHashMap<>();
    schedule.put(LEARNING_RATE, learningRate);
    schedule.put(STEP, step);
    Rates rates =
        new Rates(
            recipe,
            tf,
            learningRate,
            recipe.continuation().warmsHeadsUp()
                ? writer.input(BACKBONE_RATE, TFloat32.class)
                : learningRate,
            step);
    if (recipe.continuation().warmsHeadsUp()) {
      schedule.put(BACKBONE_RATE, rates.backboneRate());
      inputs.put(STEP, step);
      List<String> backbones = new ArrayList<>(method.studentCopies());
      backbones.add(Method.STUDENT);
      writer.variables().moveStatisticsOnlyIf(rates.backboneMoves(), backbones);
    }

    Loss loss =
        method.loss(
            tf,
            writer.variables(),
            recipe.backbone(),
            new Method.Inputs(views, draws, scalars, targets, recipe.normalisation()));
    TrainingStep training =
        TrainingStep.author(
            writer.graph(),
            tf,
            writer.variables(),
            loss,
            rates.optimizer(),
            rates::schedule,
            recipe.microBatches());
    if (training.updated().isPresent()) {
      writer.signature(UPDATE, schedule, Map.of("updated", training.updated().get()));
    } else {
      inputs.putAll(schedule);
    }
    Map<String, Operand<TFloat32>> outputs = Map.of("metrics", training.values());
    writer.signature(TRAIN_IMAGES, with(rendered.inputs(), inputs), outputs);
    // A step needs one input at least, and with micro-batches there may be no other.
    writer.signature(TRAIN_STAGED, with(Map.of(STEP, step), inputs), outputs);
    // Views that are fed take the place of those rendered, and nothing before them is computed.
    writer.signature(TRAIN_STORED, with(rendered.views(), inputs), outputs);
    return training.metrics();
  }

  /**
   * Rates of a step for every parameter.
   *
   * @param learningRate of heads
   * @param backboneRate of the backbone's last layer
   * @param step number, counted from 1
   */
  private record Rates(
      Recipe recipe,
      Ops tf,
      Operand<TFloat32> learningRate,
      Operand<TFloat32> backboneRate,
      Operand<TFloat32> step) {

    /** Authors true in the steps in which the backbone learns. */
    Operand<TBool> backboneMoves() {
      return tf.math.greater(step, tf.constant((float) recipe.continuation().headWarmupSteps()));
    }

    /** Returns the optimizer, which leaves a backbone out while its heads are warmed up. */
    Optimizer optimizer() {
      Optimizer optimizer = recipe.optimizer();
      if (!recipe.continuation().warmsHeadsUp()) {
        return optimizer;
      }
      Operand<TBool> moves = backboneMoves();
      return new Optimizer() {
        @Override
        public List<Operand<TFloat32>> limited(Ops ops, List<Operand<TFloat32>> gradients) {
          return optimizer.limited(ops, gradients);
        }

        @Override
        public void update(
            Ops after,
            Variables variables,
            VariableSpec parameter,
            Operand<TFloat32> gradient,
            Schedule schedule) {
          if (Continuation.isOfBackbone(parameter)) {
            variables.onlyIf(
                after,
                moves,
                ops -> optimizer.update(ops, variables, parameter, gradient, schedule));
          } else {
            optimizer.update(after, variables, parameter, gradient, schedule);
          }
        }
      };
    }

    /** Returns a parameter's rate and step; those of a backbone count from its first one. */
    Optimizer.Schedule schedule(VariableSpec parameter) {
      OptionalDouble constant = recipe.method().constantRate(parameter, recipe.schedule());
      if (constant.isPresent()) {
        return new Optimizer.Schedule(tf.constant((float) constant.getAsDouble()), step);
      }
      boolean ofBackbone = Continuation.isOfBackbone(parameter);
      Operand<TFloat32> rate = ofBackbone ? backboneRate : learningRate;
      double factor = recipe.continuation().rateFactor(parameter, recipe.backbone());
      Operand<TFloat32> scaled =
          factor == 1 ? rate : tf.math.mul(rate, tf.constant((float) factor));
      long before = ofBackbone ? recipe.continuation().headWarmupSteps() : 0;
      return before == 0
          ? new Optimizer.Schedule(scaled, step, recipe.steps())
          : new Optimizer.Schedule(
              scaled, tf.math.sub(step, tf.constant((float) before)), recipe.steps() - before);
    }
  }

  /**
   * Returns pixels whose shape TensorFlow knows while it optimises. It does not trust the shapes of
   * inputs, so it computes those of all maps in each step, and it does not fuse a batch norm with
   * the addition and the ReLU behind it where a block changes shape. In float32, where there is
   * nothing to fuse in training, other sums would only change the last bits.
   */
  private static Operand<TUint8> withShape(Ops tf, Operand<TUint8> pixels, Recipe recipe) {
    return recipe.precision() == Precision.FLOAT32
        ? pixels
        : tf.ensureShape(pixels, pixels.shape());
  }

  private static Map<String, Operand<?>> with(
      Map<String, ? extends Operand<?>> pixels, Map<String, Operand<?>> others) {
    Map<String, Operand<?>> inputs = new LinkedHashMap<>(pixels);
    inputs.putAll(others);
    return inputs;
  }
}
