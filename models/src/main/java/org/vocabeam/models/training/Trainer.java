package org.vocabeam.models.training;

import static com.google.common.base.Preconditions.checkArgument;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;
import org.vocabeam.models.views.Raster;
import org.vocabeam.models.views.Resampler;

/**
 * The program of a recipe and its state, which takes training steps. A step is a function of
 * (state, step number, batch). Not thread-safe.
 *
 * <pre>{@code
 * try (Trainer trainer = Trainer.of(recipe)) {
 *   for (long step = 0; step < recipe.steps(); step++) {
 *     float[] metrics = trainer.step(step, batches.next());
 *   }
 *   Map<String, float[]> state = trainer.state();
 * }
 * }</pre>
 */
public final class Trainer implements AutoCloseable {
  private final Recipe recipe;
  private final Program program;
  private final List<VariableSpec> variables;
  private final List<String> metrics;

  private Trainer(
      Recipe recipe, Program program, List<VariableSpec> variables, List<String> metrics) {
    this.recipe = recipe;
    this.program = program;
    this.variables = variables;
    this.metrics = metrics;
  }

  /** Returns a trainer on the CPU; its state is {@link #initialState} until it is set. */
  public static Trainer of(Recipe recipe) {
    return of(recipe, DeviceChoice.CPU);
  }

  /** Returns a trainer on a device; its state is {@link #initialState} until it is set. */
  public static Trainer of(Recipe recipe, DeviceChoice device) {
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter(recipe.precision())) {
      List<String> metrics = TrainingProgram.author(recipe, writer);
      List<VariableSpec> variables = writer.variables().state();
      Trainer trainer = new Trainer(recipe, Program.load(writer, device), variables, metrics);
      trainer.setState(initialState(variables, recipe.seed()));
      return trainer;
    }
  }

  private static Map<String, float[]> initialState(List<VariableSpec> variables, long seed) {
    Map<String, float[]> state = new LinkedHashMap<>();
    variables.forEach(v -> state.put(v.name(), v.initialValues(seed)));
    return state;
  }

  /** Returns the variables of the program, in the order in which they are authored. */
  public List<VariableSpec> variables() {
    return variables;
  }

  /** Returns true if the steps are taken on a GPU. */
  public boolean isOnGpu() {
    return program.isOnGpu();
  }

  /** Returns the names of the metrics of a step; the first is the loss. */
  public List<String> metrics() {
    return metrics;
  }

  /** Returns the values before the first step, a function of the recipe's seed. */
  public Map<String, float[]> initialState() {
    return initialState(variables, recipe.seed());
  }

  /** Returns the {@link #initialState} of one variable; to draw all of them takes seconds. */
  public float[] initialValues(VariableSpec variable) {
    return variable.initialValues(recipe.seed());
  }

  /** Returns the values of every variable by name, row-major. */
  public Map<String, float[]> state() {
    return program.readState();
  }

  /** Sets the values of every variable, by name, row-major; no step is staged afterwards. */
  public void setState(Map<String, float[]> state) {
    program.clearStage();
    program.writeState(state);
  }

  /**
   * Takes one step.
   *
   * @param step counted from 0 over the whole run
   * @return the metrics in the order of {@link #metrics()}
   */
  public float[] step(long step, Batch batch) {
    try (Ready ready = ready(step, batch)) {
      return ready.run();
    }
  }

  /**
   * Returns a step whose inputs are drawn and in TensorFlow's memory; every run of it takes a step
   * from the state of that moment.
   *
   * @param step counted from 0 over the whole run
   */
  public Ready ready(long step, Batch batch) {
    return ready(step, batch, false);
  }

  /**
   * Returns a step that is ready to run once, and in the order in which steps were staged. On a GPU
   * the images are copied there now, while another thread runs the step before; stored views are
   * copied in the step.
   */
  public Ready staged(long step, Batch batch) {
    return ready(step, batch, program.isOnGpu() && batch.views().source() == ViewSource.IMAGES);
  }

  Ready ready(long step, Batch batch, boolean stage) {
    checkArgument(
        batch.size() == recipe.batchSize(),
        "the batch has %s images, must have %s",
        batch.size(),
        recipe.batchSize());
    boolean stored = batch.views().source() == ViewSource.STORED;
    boolean atOnce = recipe.microBatches() == 1;
    Map<String, Object> schedule = schedule(step);
    List<Program.Ready> parts = new ArrayList<>();
    try {
      for (int from = 0; from < batch.size(); from += recipe.microBatchSize()) {
        Map<String, Object> inputs = inputs(step, batch, from, from + recipe.microBatchSize());
        if (atOnce) {
          inputs.putAll(schedule);
        } else if (recipe.continuation().warmsHeadsUp()) {
          inputs.put(TrainingProgram.STEP, schedule.get(TrainingProgram.STEP));
        }
        Map<String, Object> views = batch.views().inputs(from, from + recipe.microBatchSize());
        if (stage) {
          program.stage(views);
          inputs.put(TrainingProgram.STEP, schedule.get(TrainingProgram.STEP));
          parts.add(program.ready(TrainingProgram.TRAIN_STAGED, inputs));
        } else {
          inputs.putAll(views);
          parts.add(
              program.ready(
                  stored ? TrainingProgram.TRAIN_STORED : TrainingProgram.TRAIN_IMAGES, inputs));
        }
      }
    } finally {
      Reference.reachabilityFence(batch.views()); // its memory is not freed before
    }
    return new Ready(parts, atOnce ? null : program.ready(TrainingProgram.UPDATE, schedule));
  }

  /** A step that is ready to run; holds memory until it is closed. */
  public static final class Ready implements AutoCloseable {
    private final List<Program.Ready> parts;
    private final Program.Ready update;

    private Ready(List<Program.Ready> parts, Program.Ready update) {
      this.parts = parts;
      this.update = update;
    }

    /**
     * Takes the step.
     *
     * @return the metrics in the order of {@link Trainer#metrics()}, means of the micro-batches
     */
    public float[] run() {
      return step(Program.Ready::run);
    }

    /**
     * Takes the step and measures memory, slower than {@link #run}.
     *
     * @return the metrics, and the most bytes of the GPU in use
     */
    public Program.Recorded recorded() {
      long[] peak = new long[1];
      float[] metrics =
          step(
              part -> {
                Program.Recorded recorded = part.recorded();
                peak[0] = Math.max(peak[0], recorded.peakBytesOfGpu());
                return recorded.output();
              });
      return new Program.Recorded(metrics, peak[0]);
    }

    private float[] step(Function<Program.Ready, float[]> run) {
      float[] metrics = run.apply(parts.get(0));
      if (update == null) {
        return metrics;
      }
      double[] sums = new double[metrics.length];
      add(metrics, sums);
      parts.subList(1, parts.size()).forEach(part -> add(run.apply(part), sums));
      update.run();
      for (int i = 0; i < sums.length; i++) {
        metrics[i] = (float) (sums[i] / parts.size());
      }
      return metrics;
    }

    private static void add(float[] values, double[] sums) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += values[i];
      }
    }

    @Override
    public void close() {
      parts.forEach(Program.Ready::close);
      if (update != null) {
        update.close();
      }
    }
  }

  /** Returns all inputs of a part of the batch except its views. */
  private Map<String, Object> inputs(long step, Batch batch, int from, int to) {
    Map<String, Object> inputs = new HashMap<>();
    for (Method.Draw draw : recipe.draws()) {
      IntStream.Builder drawn = IntStream.builder();
      for (int i = from; i < to; i++) {
        for (int one : draw.drawn(batch.random(recipe.seed(), i, draw.name()))) {
          drawn.add(one);
        }
      }
      inputs.put(draw.name(), drawn.build().toArray());
    }
    recipe
        .method()
        .scalars()
        .forEach(
            (name, schedule) -> {
              boolean moved = from > 0 && name.equals(Method.STUDENT_SHARE);
              double value = moved ? 0 : schedule.value(step, recipe.steps());
              inputs.put(name, new float[] {(float) value});
            });
    int words = recipe.method().targetWords();
    if (words > 0) {
      inputs.put(
          TrainingProgram.TARGETS, Arrays.copyOfRange(batch.targets(), from * words, to * words));
    }
    return inputs;
  }

  private Map<String, Object> schedule(long step) {
    Map<String, Object> inputs = new HashMap<>();
    inputs.put(
        TrainingProgram.LEARNING_RATE,
        new float[] {(float) recipe.schedule().rate(step, recipe.steps())});
    inputs.put(TrainingProgram.STEP, new float[] {step + 1});
    long before = recipe.continuation().headWarmupSteps();
    if (before > 0) {
      double rate =
          step < before ? 0 : recipe.schedule().rate(step - before, recipe.steps() - before);
      inputs.put(TrainingProgram.BACKBONE_RATE, new float[] {(float) rate});
    }
    return inputs;
  }

  @Override
  public void close() {
    program.close();
  }

  /**
   * Images of a step.
   *
   * @param views pixels, with what was drawn for them
   * @param ids of the images; with the epochs they seed everything that is drawn
   * @param epochs of the images: how often each has been seen before
   * @param targets {@code [B, K]} where K is {@link Method#targetWords}, or empty when that is 0
   */
  public record Batch(ViewBatch views, String[] ids, long[] epochs, float[] targets) {
    public Batch {
      checkArgument(
          views.size() == ids.length && epochs.length == ids.length,
          "%s images have %s ids and %s epochs",
          views.size(),
          ids.length,
          epochs.length);
    }

    /**
     * Returns a batch of images that are in memory.
     *
     * @param images whole, of any size
     */
    public static Batch of(
        Recipe recipe, List<Raster> images, String[] ids, long[] epochs, float[] targets) {
      RenderedViews drawing = RenderedViews.of(recipe);
      ViewBatch views = ViewBatch.of(recipe, ViewSource.IMAGES, ids.length);
      Resampler resampler = new Resampler();
      for (int i = 0; i < ids.length; i++) {
        Raster image = images.get(i);
        views.cut(
            i, drawing.draw(ids[i], epochs[i], image.height(), image.width()), image, resampler);
      }
      return new Batch(views, ids, epochs, targets);
    }

    /** Returns the number of images. */
    public int size() {
      return ids.length;
    }

    SplittableRandom random(long seed, int image, String draw) {
      return Seeds.random(seed, epochs[image], ids[image], draw);
    }
  }
}
