package org.vocabeam.pipelines.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.program.EventFile;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.ViewSource;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Progress;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.training.Assignment;
import org.vocabeam.transforms.training.EpochPlan;
import org.vocabeam.transforms.training.EstimateStatistics;
import org.vocabeam.transforms.training.Laps;
import org.vocabeam.transforms.training.Start;
import org.vocabeam.transforms.training.StepMetric;
import org.vocabeam.transforms.training.StepReport;
import org.vocabeam.transforms.training.TrainingProgress;
import org.vocabeam.transforms.training.UpdateStudent;

/** The rounds of a run: each one pipeline, from the newest complete checkpoint to the next. */
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
   * @param command that it is the run of
   * @param initial null for random weights
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

  /** The order in which a run sees its images. */
  public static EpochPlan plan(Recipe recipe, TrainingImages images, RoundPlan rounds) {
    // The larger of the two: windows decide the result, and that must not depend on the source.
    int bytes = Math.max(ViewSource.IMAGES.bytes(recipe), ViewSource.STORED.bytes(recipe));
    long windowRows = Math.max(1, (rounds.shuffleMegabytes() << 20) / bytes);
    return new EpochPlan(images.groups(), recipe.seed(), rounds.replicas(), windowRows);
  }

  RunDirectory directory() {
    return directory;
  }

  /** Steps of the complete rounds. */
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
   * @param most of them
   */
  public void run(Runner runner, int most) {
    long total = rounds.steps();
    long done = done();
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
    try (Progress progress = Progress.start("Training", done, total)) {
      TrainingProgress.Listener listener = listener(progress, done);
      TrainingProgress.listen(listener);
      try {
        int left = most;
        for (long step = done; step < total && left > 0; step += rounds.stepsPerRound(), left--) {
          round(runner, step, listener);
          progress.stepTo(step + rounds.stepsPerRound());
        }
      } finally {
        TrainingProgress.ignore(listener);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The epochs in which the replicas take a step's first and last images. */
  private LongStream epochs(long step) {
    return IntStream.range(0, rounds.replicas())
        .boxed()
        .flatMap(
            replica ->
                plan.windows(replica, step * recipe.batchSize(), recipe.batchSize()).stream())
        .mapToLong(EpochPlan.Window::epoch);
  }

  private void round(Runner runner, long first, TrainingProgress.Listener listener)
      throws IOException {
    Laps laps = new Laps();
    long last = first + rounds.stepsPerRound();
    WriteStore<VariableChunk> checkpoint =
        WriteStore.to(VariableChunk.TYPE, directory.checkpoint(last))
            .withProvenance(provenance(last));
    WriteStore<StepMetric> steps =
        WriteStore.to(StepMetric.TYPE, directory.steps(last)).withProvenance(provenance(last));
    checkpoint.prepare(true);
    steps.prepare(true);
    laps.end("prepared");
    Pipeline pipeline = runner.create(command + "-" + last);
    PCollectionTuple updated = pipeline.apply("UpdateStudent", update(assignments(first), runner));
    PCollection<VariableChunk> combined = updated.get(UpdateStudent.CHECKPOINT);
    long batches = rounds.statisticsBatches();
    if (batches > 0) {
      // The images that the first replica has seen last: of their epoch there are views, if stored.
      combined =
          combined.apply(
              "EstimateStatistics",
              EstimateStatistics.on(
                  assignment(0, first, last - batches, batches), runner.device()));
    }
    combined.apply("WriteCheckpoint", checkpoint);
    updated.get(UpdateStudent.STEPS).apply("WriteSteps", steps);
    laps.end("pipeline made");
    runner.run(pipeline, () -> hear(listener));
    laps.end("pipeline run");
    removeReports();
    steps.commit();
    laps.end("steps committed");
    writeEvents(directory.steps(last), last);
    laps.end("events");
    // The checkpoint last: with it the round is complete.
    checkpoint.commit();
    laps.end("checkpoint committed");
    LOG.info("Round from step {}: {}", first, laps);
  }

  private UpdateStudent update(List<Assignment> assignments, Runner runner) throws IOException {
    UpdateStudent update = UpdateStudent.of(assignments).on(runner.device());
    if (!runner.isRemote()) {
      return update;
    }
    removeReports();
    return update.reportingTo(directory.reports());
  }

  private void removeReports() throws IOException {
    StepReport.remove(directory.reports());
  }

  /** Tells the listener what a replica elsewhere has reported. */
  private void hear(TrainingProgress.Listener listener) {
    for (int replica = 0; replica < rounds.replicas(); replica++) {
      try {
        Optional<StepReport> report = StepReport.read(directory.reports(), replica);
        if (report.isPresent()) {
          listener.stepped(
              replica, report.get().step(), report.get().names(), report.get().values());
        }
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
        .mapToObj(replica -> assignment(replica, first, first, rounds.stepsPerRound()))
        .toList();
  }

  /**
   * @param start step at which the round starts
   */
  private Assignment assignment(int replica, long start, long first, long steps) {
    return new Assignment(
        Methods.toJson(recipe),
        start(start),
        replica,
        first,
        steps,
        data.images().split(),
        data.targets() == null ? null : data.targets().directory(),
        data.views() == null ? null : data.views().directory(),
        plan.windows(replica, first * recipe.batchSize(), steps * recipe.batchSize()),
        rounds.combination());
  }

  /** What made a checkpoint. Not the rounds of one student: two of N steps are one of 2 N. */
  private Map<String, String> provenance(long step) {
    Map<String, String> provenance = new HashMap<>();
    provenance.put("command", command);
    provenance.put(Checkpoint.RECIPE, Methods.toJson(recipe));
    provenance.put(Checkpoint.STEP, Long.toString(step));
    provenance.put("replicas", Integer.toString(rounds.replicas()));
    if (rounds.combination() != null) {
      provenance.put("stepsPerRound", Long.toString(rounds.stepsPerRound()));
      provenance.put("combination", Methods.toTree(rounds.combination()).toString());
    }
    provenance.put("version", Version.read());
    provenance.putAll(inputs());
    return provenance;
  }

  /** What the run is trained on and starts from. */
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
    if (rounds.combination() != null) {
      configuration.set("combination", Methods.toTree(rounds.combination()));
    }
    configuration.put("windowRows", plan.windowRows());
    ((ObjectNode) Methods.toTree(recipe))
        .fields()
        .forEachRemaining(e -> configuration.set(e.getKey(), e.getValue()));
    return configuration;
  }

  /** Shows the first replica's numbers; the others take their steps meanwhile. */
  private TrainingProgress.Listener listener(Progress progress, long done) {
    long start = System.nanoTime();
    return (replica, step, names, values) -> {
      if (replica == 0) {
        double seconds = (System.nanoTime() - start) / 1e9;
        long images = (step + 1 - done) * recipe.batchSize() * rounds.replicas();
        progress.stepTo(step + 1);
        progress.message(message(names, values, images / seconds));
      }
    };
  }

  private static String message(List<String> names, float[] values, double imagesPerSecond) {
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "loss %.3f", values[0]));
    for (int i = 1; i < values.length; i++) {
      String name = names.get(i);
      if (name.startsWith("perplexity_image")) {
        text.append(String.format(Locale.ROOT, " words/image %.0f", values[i]));
      } else if (name.startsWith("perplexity_batch")) {
        text.append(String.format(Locale.ROOT, " words/batch %.0f", values[i]));
      } else if (name.equals("embedding_std")) {
        text.append(String.format(Locale.ROOT, " std %.3f", values[i]));
      }
    }
    return text.append(String.format(Locale.ROOT, " %.0f img/s", imagesPerSecond)).toString();
  }

  /** The metrics of every step as TensorBoard curves, means of the replicas. */
  private void writeEvents(String steps, long last) throws IOException {
    StoreReader<StepMetric> store = StoreReader.open(StepMetric.TYPE, steps);
    Map<Long, Map<String, DoubleSummaryStatistics>> metrics = new TreeMap<>();
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<StepMetric> rows = store.read(group)) {
        rows.forEachRemaining(
            row ->
                metrics
                    .computeIfAbsent(row.step(), step -> new TreeMap<>())
                    .computeIfAbsent(row.metric(), metric -> new DoubleSummaryStatistics())
                    .accept(row.value()));
      }
    }
    // TensorFlow writes local files only.
    Path local = Files.createTempDirectory("vocabeam-events-");
    try {
      try (EventFile events = EventFile.in(local, directory.removeEvents(last))) {
        for (var step : metrics.entrySet()) {
          for (var metric : step.getValue().entrySet()) {
            float mean = (float) metric.getValue().getAverage();
            events.scalar(metric.getKey(), step.getKey(), mean);
          }
        }
      }
      directory.addEvents(local);
    } finally {
      MoreFiles.deleteRecursively(local, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
