package org.vocabeam.pipelines.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.pipelines.command.ExportCommand;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.options.IngestArguments;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.options.RecipeArguments;
import org.vocabeam.pipelines.options.RetrainArguments;
import org.vocabeam.pipelines.options.RoundArguments;
import org.vocabeam.pipelines.options.TypedOptions;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Steps;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.pipelines.stage.MetricsTable;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.ingest.ImageIncrements;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreReader;
import picocli.CommandLine;

/**
 * One version of a registry, from the images to the promotion: commands that a person could type,
 * each of which finds what an interrupted run has completed.
 */
public final class Retraining {
  private final RetrainArguments arguments;
  private final CommandLine command;
  private final Runner runner;
  private final Registry registry;
  private final Steps steps = new Steps(System.out);

  /**
   * @param command whose options are handed on as they were typed
   */
  public Retraining(RetrainArguments arguments, CommandLine command, Runner runner) {
    this.arguments = arguments;
    this.command = command;
    this.runner = runner;
    this.registry = new Registry(arguments.registry());
  }

  /** Makes a version under the registry's lock, and records what became of it. */
  public void run() {
    try (RegistryLock lock = RegistryLock.take(registry.root(), "retrain", Retraining::say)) {
      registry.settle();
      int version = registry.versions().size() + 1;
      AtomicBoolean ended = new AtomicBoolean();
      Thread cancel =
          new Thread(
              () -> {
                if (ended.compareAndSet(false, true)) {
                  registry.unfinished(version, true, "stopped by a signal");
                  System.err.println("Stopped; the same command goes on from here");
                  lock.close();
                }
              });
      Runtime.getRuntime().addShutdownHook(cancel);
      try {
        round(version);
      } catch (IOException e) {
        fail(version, ended, cancel, e);
        throw new UncheckedIOException(e);
      } catch (RuntimeException | Error e) {
        fail(version, ended, cancel, e);
        throw e;
      } finally {
        if (ended.compareAndSet(false, true)) {
          forget(cancel);
        }
      }
    }
  }

  /** Where a signal has stopped the process, what fails then is its consequence. */
  private void fail(int version, AtomicBoolean ended, Thread cancel, Throwable failure) {
    if (ended.compareAndSet(false, true)) {
      forget(cancel);
      try {
        registry.unfinished(version, false, Failure.of(failure).line());
      } catch (RuntimeException unrecorded) {
        failure.addSuppressed(unrecorded); // what has failed first is told
      }
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      return; // the hook finds that there is nothing left to do
    }
  }

  private void round(int version) throws IOException {
    Optional<Request> begun = registry.request(version);
    List<String> options =
        TypedOptions.of(
            command, RecipeArguments.class, RoundArguments.class, PoolingArguments.class);
    boolean goesOn =
        begun.isPresent()
            && !failedLast(version)
            && asked(begun.get().increment(), options, begun.get());
    Request request = goesOn ? begun.get() : null;
    if (goesOn) {
      System.err.printf(
          "Going on with version %d; what is new in %s since is for the next run%n",
          version, command.getParseResult().matchedOptionValue("--input", ""));
    } else {
      ingest();
      int increment = new ImageIncrements(registry.data()).count();
      if (nothingNew(version, increment, options)) {
        System.out.printf(
            "%nNothing new since version %d, which was made with these options: no training%n",
            version - 1);
        return;
      }
      request = begun.filter(b -> asked(increment, options, b)).orElse(null);
      if (request == null) {
        request = begin(version, begun.isPresent(), increment, options);
      }
    }
    make(request);
    steps.summary();
    report(registry.completeVersion(version));
  }

  /** Whether what was begun is what is asked for now. */
  private boolean asked(int increment, List<String> options, Request begun) {
    return begun.sameModel(increment, arguments.from(), options)
        && Objects.equals(begun.parent(), registry.promoted());
  }

  /** After an error, other than after a kill, new images are worth beginning anew. */
  private boolean failedLast(int version) {
    List<Event> history = registry.history();
    Event last = history.isEmpty() ? null : history.get(history.size() - 1);
    return last != null && last.version() == version && last.kind() == Event.Kind.FAILED;
  }

  private boolean nothingNew(int version, int increment, List<String> options) {
    return registry
        .version(version - 1)
        .filter(v -> v.request().sameModel(increment, arguments.from(), options))
        .isPresent();
  }

  private Request begin(int version, boolean othersWork, int increment, List<String> options)
      throws IOException {
    if (othersWork) {
      System.err.printf(
          "Version %d was begun with other options or images: its work is thrown away%n", version);
    }
    registry.discard(version);
    String images = images(increment);
    Request request =
        new Request(
            version,
            registry.promoted(),
            arguments.from(),
            increment,
            StoreReader.open(ImageRecord.TYPE, images).fingerprint(),
            options);
    registry.begin(request);
    return request;
  }

  private String images(int increment) {
    return new ImageIncrements(registry.data()).images(increment);
  }

  private void ingest() {
    List<String> ingest = new ArrayList<>(List.of("ingest"));
    ingest.addAll(TypedOptions.of(command, IngestArguments.class));
    ingest.add("--grow");
    ingest.add("--output=" + registry.data());
    ingest.addAll(runner.argumentsWithoutDevice()); // it has no networks
    steps.command("Ingest what is new", ingest);
  }

  private void make(Request request) throws IOException {
    int version = request.version();
    String images = images(request.increment());
    ImageStatistics statistics = ImageStatistics.read(images);
    // Before hours of training, what would fail after them.
    Evaluation.checkSplits(images, statistics, arguments.trainSplit(), arguments.testSplit());
    arguments.gate().checkKnown(Evaluation.metrics(statistics.labels().size()));
    pretrain(request, images);
    String checkpoint = RunDirectory.newestCheckpoint(registry.run(version));
    evaluate("Evaluate", images, checkpoint, registry.evaluation(version, false));
    SortedMap<String, Double> metrics = metrics(version, false);
    SortedMap<String, Double> parentMetrics = new TreeMap<>();
    if (request.parent() != null) {
      evaluate(
          "Evaluate the promoted version " + request.parent() + " on the same images",
          images,
          RunDirectory.newestCheckpoint(registry.run(request.parent())),
          registry.evaluation(version, true));
      parentMetrics = metrics(version, true);
    }
    export(version, checkpoint);
    prune(version, checkpoint);
    List<Condition.Result> results = arguments.gate().test(metrics, parentMetrics);
    registry.complete(
        new ModelVersion(
            request,
            statistics.images(),
            StoreReader.open(VariableChunk.TYPE, checkpoint).fingerprint(),
            Version.read(),
            metrics,
            parentMetrics,
            results,
            results.stream().allMatch(Condition.Result::holds),
            Methods.toTree(Checkpoint.read(checkpoint).recipe())));
  }

  private void pretrain(Request request, String images) {
    List<String> pretrain =
        command(
            "pretrain",
            "--images=" + images,
            "--output=" + registry.run(request.version()),
            "--split=" + arguments.trainSplit());
    List<String> typed = TypedOptions.of(command, RecipeArguments.class, RoundArguments.class);
    if (request.from().equals(RetrainArguments.PROMOTED) && request.parent() != null) {
      String initial = RunDirectory.newestCheckpoint(registry.run(request.parent()));
      // With the same seed it would see the crops again that it was trained on.
      long seed = InitialWeights.open(initial).recipe().seed() + 1;
      typed.removeIf(option -> option.startsWith("--seed="));
      typed.add("--initial=" + initial);
      typed.add("--seed=" + seed);
    }
    pretrain.addAll(1, typed);
    steps.command("Pre-train", pretrain);
  }

  private void evaluate(String title, String images, String checkpoint, String output) {
    if (StoreReader.isComplete(metricsOf(output))) {
      return; // by an earlier attempt at the same version
    }
    List<String> evaluate =
        command(
            "evaluate",
            "--images=" + images,
            "--checkpoint=" + checkpoint,
            "--output=" + output,
            "--trainSplit=" + arguments.trainSplit(),
            "--testSplit=" + arguments.testSplit());
    evaluate.addAll(TypedOptions.of(command, PoolingArguments.class));
    steps.command(title, evaluate);
  }

  private static String metricsOf(String evaluation) {
    return StoreFiles.resolve(evaluation, "metrics");
  }

  private SortedMap<String, Double> metrics(int version, boolean parent) {
    return MetricsTable.trained(metricsOf(registry.evaluation(version, parent)));
  }

  private void export(int version, String checkpoint) throws IOException {
    String encoder = registry.encoder(version);
    if (StoreFiles.exists(StoreFiles.resolve(encoder, ExportCommand.MODEL))) {
      return; // by an earlier attempt
    }
    List<String> export =
        new ArrayList<>(
            List.of(
                "export",
                "--checkpoint=" + checkpoint,
                "--metrics=" + metricsOf(registry.evaluation(version, false)),
                "--output=" + encoder));
    export.addAll(TypedOptions.of(command, PoolingArguments.class));
    export.addAll(runner.argumentsWithoutDevice()); // how object stores are reached is among them
    steps.command("Export", export);
  }

  /** Removes what only the work on the version needed: a registry is kept for years. */
  private void prune(int version, String checkpoint) throws IOException {
    registry.delete(StoreFiles.resolve(registry.evaluation(version, false), "embeddings"));
    registry.delete(StoreFiles.resolve(registry.evaluation(version, true), "embeddings"));
    String kept = StoreFiles.name(checkpoint) + "/";
    String checkpoints = StoreFiles.resolve(registry.run(version), "checkpoints");
    for (StoreFiles.Listed file : StoreFiles.list(checkpoints)) {
      if (!file.name().startsWith(kept)) {
        StoreFiles.delete(file.path());
      }
    }
    for (StoreFiles.Listed file : StoreFiles.list(registry.directory(version))) {
      if (file.name().startsWith(".")) {
        StoreFiles.delete(file.path()); // what a kill left of an export
      }
    }
  }

  private void report(ModelVersion version) {
    @Nullable Integer parent = version.request().parent();
    for (Condition.Result result : version.gate()) {
      System.out.printf("Gate:        %s%n", result);
    }
    System.out.printf(
        "Version %d:   %s%n",
        version.number(),
        version.passed()
            ? "promoted" + (parent == null ? ", the first" : " after version " + parent)
            : "refused; version "
                + (parent == null ? "none" : parent)
                + " stays promoted (registry promote --version="
                + version.number()
                + " promotes it all the same)");
    System.out.printf("Encoder:     %s%n", registry.encoder(version.number()));
  }

  private static void say(String line) {
    System.err.println(line);
  }

  /** A command with the options that choose where its runner run. */
  private List<String> command(String... words) {
    List<String> command = new ArrayList<>(Arrays.asList(words));
    command.addAll(runner.arguments());
    return command;
  }
}
