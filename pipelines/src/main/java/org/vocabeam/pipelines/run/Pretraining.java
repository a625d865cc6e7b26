package org.vocabeam.pipelines.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.CollapseSign;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.ViewSource;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.RunOutcome;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Progress;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.pipelines.stage.Stage;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.signal.MeasureSignal;
import org.vocabeam.transforms.signal.SignalCost;
import org.vocabeam.transforms.store.StoreReader;
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
    long bytes = Math.max(shown, images.bytesPerImage()) + targetBytes(recipe.method());
    long windowRows = Math.max(1, (rounds.shuffleMegabytes() << 20) / bytes);
    return new EpochPlan(images.groups(), recipe.seed(), rounds.replicas(), windowRows);
  }

  /**
   * Returns the memory of an image's targets; bags of words are small whatever their vocabulary.
   */
  private static long targetBytes(Method method) {
    return switch (method.targetSource()) {
      case TEACHER_FEATURES, TEACHER_MAPS -> (long) Float.BYTES * method.targetWords();
      case NONE, LABELS, TEACHER_WORDS -> 0;
    };
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
      sizes.remark().ifPresent(runner::say);
    }
    if (data.views() != null && done < total) {
      data.views()
          .check(
              epochs(done).min().getAsLong(),
              epochs(total - 1).max().getAsLong(),
              data.images(),
              recipe);
    }
    SignalRounds signal = SignalRounds.of(recipe, data.images(), rounds);
    directory.claim(configuration(signal));
    Watch watch = watch(signal, done);
    if (done > 0 && done < total && !watch.hasEnded()) {
      runner.say(String.format("Going on after step %d of %d", done, total));
    }
    StepLine line;
    try (Progress progress = runner.progress("Training", done, total)) {
      line = new StepLine(progress, done, (long) recipe.batchSize() * rounds.replicas());
      TrainingProgress.listen(line);
      Set<String> shown = new HashSet<>();
      try {
        int left = most;
        for (long step = done;
            step < total && left > 0 && !watch.hasEnded();
            step += rounds.stepsPerRound(), left--) {
          if (runner.isRemote()) {
            StepReport.remove(directory.reports());
          }
          RoundMetrics metrics = round(runner, step, signal, line);
          watch.add(step + rounds.stepsPerRound(), metrics);
          watch.settle();
          line.measured(metrics);
          signs(metrics, step + rounds.stepsPerRound(), shown);
          progress.stepTo(step + rounds.stepsPerRound());
        }
        if (watch.hasEnded()) {
          progress.message("ended: " + watch.outcome().ended());
        }
      } finally {
        TrainingProgress.ignore(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    line.summary().forEach(runner::say);
    watch.summary(total).forEach(runner::say);
  }

  /**
   * Tells of signs of collapse, each once: a run goes on, because some pass.
   *
   * @param shown metrics whose sign has been told of
   */
  private void signs(RoundMetrics metrics, long step, Set<String> shown) {
    CollapseSign.seen(recipe, metrics.last())
        .forEach(
            (metric, line) -> {
              if (shown.add(metric)) {
                System.err.printf("%nCollapse?    after step %d %s in a new run%n", step, line);
              }
            });
  }

  /** Returns true when the run ends before its last round, for want of gains. */
  public boolean hasEnded() {
    return directory.outcome().map(RunOutcome::ended).isPresent();
  }

  /** Returns the course of the complete rounds, and does what a kill after the last one left. */
  private Watch watch(SignalRounds signal, long done) {
    Watch watch = new Watch(directory, rounds.signal(), signal.monitor());
    try {
      for (long step = rounds.stepsPerRound(); step <= done; step += rounds.stepsPerRound()) {
        if (StoreReader.isComplete(directory.steps(step))) {
          watch.add(step, RoundMetrics.read(directory.steps(step)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    watch.settle();
    return watch;
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

  private RoundMetrics round(Runner runner, long first, SignalRounds signal, StepLine line) {
    long last = first + rounds.stepsPerRound();
    WriteStore<VariableChunk> checkpoint =
        WriteStore.to(VariableChunk.TYPE, directory.checkpoint(last))
            .withProvenance(provenance(last));
    WriteStore<StepMetric> steps =
        WriteStore.to(StepMetric.TYPE, directory.steps(last)).withProvenance(provenance(last));
    AtomicReference<RoundMetrics> metrics = new AtomicReference<>();
    // The checkpoint last: with it the round is complete.
    Stage.writing(steps, checkpoint)
        .meanwhile(() -> hear(line))
        .beforeLastCommit(() -> metrics.set(finish(last, line)))
        .run(
            runner,
            command + "-" + last,
            pipeline -> {
              PCollectionTuple updated =
                  pipeline.apply("UpdateStudent", update(assignments(first), runner));
              PCollection<VariableChunk> state = updated.get(UpdateStudent.CHECKPOINT);
              state.apply("WriteCheckpoint", checkpoint);
              PCollectionList<StepMetric> reported =
                  PCollectionList.of(updated.get(UpdateStudent.STEPS));
              if (signal.isDue(last)) {
                reported =
                    reported.and(state.apply("MeasureSignal", measure(signal, last, runner)));
              }
              reported.apply("Metrics", Flatten.pCollections()).apply("WriteSteps", steps);
            });
    return metrics.get();
  }

  /** Reads the committed metrics, and writes them as events. */
  private RoundMetrics finish(long last, StepLine line) throws IOException {
    SignalCost.read(directory.reports()).ifPresent(line::paid);
    StepReport.remove(directory.reports());
    RoundMetrics metrics = RoundMetrics.read(directory.steps(last));
    new RoundEvents(directory, last).write(metrics);
    return metrics;
  }

  private MeasureSignal measure(SignalRounds signal, long last, Runner runner) {
    return MeasureSignal.of(signal.sample(), recipe, last - 1)
        .on(runner.compute())
        .reportingTo(directory.reports());
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

  private ObjectNode configuration(SignalRounds signal) {
    ObjectNode configuration = JsonNodeFactory.instance.objectNode();
    inputs().forEach(configuration::put);
    configuration.put("rounds", rounds.rounds());
    configuration.put("stepsPerRound", rounds.stepsPerRound());
    configuration.put("replicas", rounds.replicas());
    configuration.put("windowRows", plan.windowRows());
    if (signal.sample() != null) {
      configuration.put("signalImages", rounds.signal().images());
      configuration.put("signalEvery", signal.interval());
    }
    ((ObjectNode) Methods.toTree(recipe))
        .fields()
        .forEachRemaining(e -> configuration.set(e.getKey(), e.getValue()));
    return configuration;
  }
}
