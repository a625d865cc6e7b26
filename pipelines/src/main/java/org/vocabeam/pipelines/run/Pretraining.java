package org.vocabeam.pipelines.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.ViewSource;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Progress;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.pipelines.stage.Stage;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.training.Assignment;
import org.vocabeam.transforms.training.EpochPlan;
import org.vocabeam.transforms.training.Start;
import org.vocabeam.transforms.training.StepMetric;
import org.vocabeam.transforms.training.StepObserver;
import org.vocabeam.transforms.training.StepReport;
import org.vocabeam.transforms.training.TrainingProgress;
import org.vocabeam.transforms.training.UpdateStudent;

/**
 * Rounds of a run: each one pipeline, from the newest complete checkpoint to the next.
 *
 * <pre>{@code
 * new Pretraining("pretrain", recipe, data, null, "runs/obow", RoundPlan.alone(4, 500)).run(runner);
 * }</pre>
 */
public final class Pretraining {
  private static final Logger LOG = LoggerFactory.getLogger(Pretraining.class);

  private final String command;
  private final Recipe recipe;
  private final TrainingData data;
  private final @Nullable InitialWeights initial;
  private final RunDirectory directory;
  private final RoundPlan rounds;
  private final EpochPlan plan;

  /**
   * @param command name of the command, for jobs and provenance
   * @param recipe every constant of the training
   * @param data images, and what was made of them
   * @param initial first weights; null for random ones
   * @param output directory of the run
   * @param rounds length of the run, and its replicas
   */
  public Pretraining(
      String command,
      Recipe recipe,
      TrainingData data,
      @Nullable InitialWeights initial,
      String output,
      RoundPlan rounds) {
    this.command = command;
    this.recipe = recipe;
    this.data = data;
    this.initial = initial;
    this.directory = new RunDirectory(output);
    this.rounds = rounds;
    this.plan = plan(recipe, data.images(), rounds);
  }

  /** Returns the order in which a run sees its images. */
  public static EpochPlan plan(Recipe recipe, TrainingImages images, RoundPlan rounds) {
    // The largest: windows decide the result, and that must not depend on the source of the views.
    // An image is in memory as it is stored, which for a photo is more than what a network sees.
    long shown = Math.max(recipe.images().bytes(), ViewSource.STORED.bytes(recipe));
    long bytes = Math.max(shown, images.bytesPerImage());
    long windowRows = Math.max(1, (rounds.shuffleMegabytes() << 20) / bytes);
    return new EpochPlan(images.groups(), recipe.seed(), rounds.replicas(), windowRows);
  }

  /** Returns the steps of the complete rounds. */
  public long done() {
    return directory.newest(
        LongStream.rangeClosed(1, rounds.rounds()).map(round -> round * rounds.stepsPerRound()));
  }

  /** Runs the rounds that are not complete yet. */
  public void run(Runner runner) {
    run(runner, Integer.MAX_VALUE);
  }

  /**
   * Runs rounds that are not complete yet.
   *
   * @param most largest number of rounds
   */
  public void run(Runner runner, int most) {
    long total = rounds.steps();
    long done = done();
    BatchCheck sizes = new BatchCheck(recipe, data.images(), rounds);
    sizes.check(runner);
    if (done < total) {
      sizes.remark().ifPresent(System.err::println);
    }
    if (data.views() != null && done < total) {
      data.views()
          .check(
              epochs(done).min().getAsLong(),
              epochs(total - 1).max().getAsLong(),
              data.images(),
              recipe);
    }
    directory.claim(configuration());
    if (done > 0) {
      System.err.printf("Going on after step %d of %d%n", done, total);
    }
    long gpuBytes;
    try (Progress progress = Progress.start("Training", done, total)) {
      StepLine listener =
          new StepLine(progress, done, (long) recipe.batchSize() * rounds.replicas());
      TrainingProgress.listen(listener);
      try {
        int left = most;
        for (long step = done; step < total && left > 0; step += rounds.stepsPerRound(), left--) {
          if (runner.isRemote()) {
            StepReport.remove(directory.reports());
          }
          round(runner, step, listener);
          progress.stepTo(step + rounds.stepsPerRound());
        }
      } finally {
        TrainingProgress.ignore(listener);
      }
      gpuBytes = listener.gpuBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (gpuBytes > 0) {
      System.err.printf(Locale.ROOT, "GPU memory:  %.1f GB in use at most%n", gpuBytes / 1e9);
    }
  }

  /** Returns the epochs of the first and last images of a step, for every replica. */
  private LongStream epochs(long step) {
    return IntStream.range(0, rounds.replicas())
        .boxed()
        .flatMap(
            replica ->
                plan.windows(replica, step * recipe.batchSize(), recipe.batchSize()).stream())
        .mapToLong(EpochPlan.Window::epoch);
  }

  private void round(Runner runner, long first, StepObserver listener) {
    long last = first + rounds.stepsPerRound();
    WriteStore<VariableChunk> checkpoint =
        WriteStore.to(VariableChunk.TYPE, directory.checkpoint(last))
            .withProvenance(provenance(last));
    WriteStore<StepMetric> steps =
        WriteStore.to(StepMetric.TYPE, directory.steps(last)).withProvenance(provenance(last));
    // The checkpoint last: with it the round is complete.
    Stage.writing(steps, checkpoint)
        .meanwhile(() -> hear(listener))
        .beforeLastCommit(() -> finish(last))
        .run(
            runner,
            command + "-" + last,
            pipeline -> {
              PCollectionTuple updated =
                  pipeline.apply("UpdateStudent", update(assignments(first), runner));
              updated.get(UpdateStudent.STEPS).apply("WriteSteps", steps);
              updated.get(UpdateStudent.CHECKPOINT).apply("WriteCheckpoint", checkpoint);
            });
  }

  private void finish(long last) throws IOException {
    StepReport.remove(directory.reports());
    new RoundEvents(directory, last).write();
  }

  private UpdateStudent update(List<Assignment> assignments, Runner runner) {
    UpdateStudent update = UpdateStudent.of(assignments).on(runner.compute());
    return runner.isRemote() ? update.reportingTo(directory.reports()) : update;
  }

  /** Passes on to the listener what replicas in other processes have reported. */
  private void hear(StepObserver listener) {
    for (int replica = 0; replica < rounds.replicas(); replica++) {
      try {
        StepReport.read(directory.reports(), replica).ifPresent(listener::stepped);
      } catch (IOException e) {
        LOG.warn("cannot read a report of {}: {}", directory.reports(), e.toString());
      }
    }
  }

  private @Nullable Start start(long first) {
    if (first > 0) {
      return Start.same(directory.checkpoint(first));
    }
    return initial == null ? null : initial.start();
  }

  private List<Assignment> assignments(long first) {
    return IntStream.range(0, rounds.replicas())
        .mapToObj(replica -> assignment(replica, first))
        .toList();
  }

  /** Returns the work of a replica in the round from a step on. */
  private Assignment assignment(int replica, long first) {
    return new Assignment(
        recipe,
        start(first),
        replica,
        first,
        rounds.stepsPerRound(),
        data.images().split(),
        data.targets() == null ? null : data.targets().directory(),
        data.views() == null ? null : data.views().directory(),
        plan.windows(
            replica, first * recipe.batchSize(), rounds.stepsPerRound() * recipe.batchSize()));
  }

  /** Without the rounds of one student: two rounds of N steps give the checkpoint of one of 2 N. */
  private Map<String, String> provenance(long step) {
    Map<String, String> provenance = new HashMap<>();
    provenance.put("command", command);
    provenance.put(Checkpoint.RECIPE, Methods.toJson(recipe));
    provenance.put(Checkpoint.STEP, Long.toString(step));
    provenance.put("replicas", Integer.toString(rounds.replicas()));
    if (rounds.replicas() > 1) {
      provenance.put("stepsPerRound", Long.toString(rounds.stepsPerRound()));
    }
    provenance.put("version", Version.read());
    provenance.putAll(inputs());
    return provenance;
  }

  /** Returns what the run is trained on and starts from. */
  private Map<String, String> inputs() {
    Map<String, String> inputs = new LinkedHashMap<>();
    inputs.put(Checkpoint.IMAGES, data.images().fingerprint());
    inputs.put(TrainingImages.SPLIT, data.images().splitName());
    if (data.targets() != null) {
      inputs.put("targets", data.targets().fingerprint());
    }
    if (initial != null) {
      inputs.put("initial", initial.fingerprint());
    }
    return inputs;
  }

  private ObjectNode configuration() {
    ObjectNode configuration = JsonNodeFactory.instance.objectNode();
    inputs().forEach(configuration::put);
    configuration.put("rounds", rounds.rounds());
    configuration.put("stepsPerRound", rounds.stepsPerRound());
    configuration.put("replicas", rounds.replicas());
    configuration.put("windowRows", plan.windowRows());
    ((ObjectNode) Methods.toTree(recipe))
        .fields()
        .forEachRemaining(e -> configuration.set(e.getKey(), e.getValue()));
    return configuration;
  }
}
