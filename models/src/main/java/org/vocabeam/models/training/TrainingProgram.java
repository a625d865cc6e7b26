package org.vocabeam.models.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.graph.Precision;
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
  static final String CONSTANT_RATE = "constant_rate";
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
      Operand<TInt32> input = writer.input(draw.name(), TInt32.class, batch);
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
    Operand<TFloat32> constantRate = writer.input(CONSTANT_RATE, TFloat32.class);
    Operand<TFloat32> step = writer.input(STEP, TFloat32.class);
    inputs.putAll(scalars);
    Map<String, Operand<?>> schedule = new LinkedHashMap<>();
    schedule.put(LEARNING_RATE, learningRate);
    schedule.put(CONSTANT_RATE, constantRate);
    schedule.put(STEP, step);

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
            recipe.optimizer(),
            parameter ->
                new Optimizer.Schedule(
                    method.hasConstantRate(parameter) ? constantRate : learningRate,
                    step,
                    recipe.steps()),
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
