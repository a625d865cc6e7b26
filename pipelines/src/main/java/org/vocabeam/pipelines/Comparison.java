package org.vocabeam.pipelines;

import static com.google.common.base.Preconditions.checkState;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.bownet.BowNet;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.pipelines.compare.ComparisonPage;
import org.vocabeam.pipelines.compare.ComparisonPlan;
import org.vocabeam.pipelines.compare.ComparisonPlan.Network;
import org.vocabeam.pipelines.compare.ComparisonTable;
import org.vocabeam.transforms.evaluation.ComparisonRecord;
import org.vocabeam.transforms.evaluation.FeatureSource;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.images.ImageRecord;
import org.vocabeam.transforms.store.StoreFiles;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.training.UpdateStudent;
import org.vocabeam.transforms.training.VariableChunk;

/**
 * Methods that are pre-trained and evaluated alike. Every step finds what is complete: plan, runs
 * ({@code METHOD/seed-N}), their evaluations.
 *
 * @param images directory of the store
 * @param steps of every run; null for those that fit into {@code budget}
 * @param budget minutes of training of every run; null where steps are given
 * @param rounds of every network
 * @param finetuneSteps of every trained network, and of random weights, at each share of the
 *     labels; 0 for none
 * @param trainSplit trained on, and learned from in evaluations
 * @param testSplit predicted
 */
record Comparison(
    String images,
    String output,
    List<String> methods,
    @Nullable Long steps,
    @Nullable Double budget,
    Preset preset,
    List<Long> seeds,
    int rounds,
    long finetuneSteps,
    String trainSplit,
    String testSplit,
    PoolingArguments pooling) {
  private static final String ROTATION = "rotation";

  /** Students of bownet behind the first teacher. */
  private static final int GENERATIONS = 2;

  /** Random weights with batch norm statistics of the images, as features. */
  private static final String NORMALISED = "normalised";

  /** Of those statistics: what they started from is then 0.9^50 of them. */
  private static final long STATISTICS_STEPS = 50;

  /** Steps of the recipes whose speed is measured: more than are taken. */
  private static final long TIMED_STEPS = 1000;

  Comparison {
    if ((steps == null) == (budget == null)) {
      throw new UserError(
          steps == null
              ? "neither --budget nor --steps is given; give one, for example --budget=5"
              : "--budget is " + budget + " and --steps is " + steps + "; give one of them");
    }
    if (steps != null && steps < rounds) {
      throw new UserError("--steps is " + steps + ", must be at least --rounds, " + rounds);
    }
    if (budget != null && !(budget > 0 && Double.isFinite(budget))) {
      throw new UserError("--budget is " + budget + ", must be minutes, more than 0");
    }
    if (rounds < 1) {
      throw new UserError("--rounds is " + rounds + ", must be positive");
    }
    if (finetuneSteps < 0) {
      throw new UserError("--finetuneSteps is " + finetuneSteps + ", must be at least 0");
    }
  }

  /** What became of one run. */
  private record Outcome(@Nullable String stopped, List<MetricRecord> metrics) {}

  /**
   * Does what is not done yet, and reports.
   *
   * @param command line, for the page
   */
  void run(PipelineArguments pipelines, String command) {
    TrainingImages training = TrainingImages.open(images, trainSplit);
    Evaluation.checkSplits(images, training.statistics(), trainSplit, testSplit);
    ComparisonPlan plan = plan(training, pipelines);
    List<ComparisonRecord> results = new ArrayList<>();
    Map<String, List<String>> stopped = new LinkedHashMap<>();
    for (long seed : seeds) {
      reference(plan, training, seed, pipelines)
          .forEach(metric -> results.add(new ComparisonRecord("", seed, metric)));
      for (ComparisonPlan.Method method : plan.methods()) {
        if (method.networks().isEmpty()) {
          continue;
        }
        say("%s, seed %d", method.name(), seed);
        Outcome outcome = outcome(method, training, seed, pipelines);
        outcome
            .metrics()
            .forEach(metric -> results.add(new ComparisonRecord(method.name(), seed, metric)));
        if (outcome.stopped() != null) {
          stopped
              .computeIfAbsent(method.name(), m -> new ArrayList<>())
              .add("seed " + seed + " stopped: " + outcome.stopped());
        }
      }
    }
    write(results, plan, pipelines);
    ComparisonTable table = ComparisonTable.of(plan, rounds, results, stopped);
    System.out.printf("%n%s%n", table.text());
    System.out.printf("Metrics:     %s%n", metrics());
    String page = StoreFiles.resolve(output, "index.html");
    say("page");
    ComparisonPictures pictures = new ComparisonPictures(this, plan, training, pipelines);
    try {
      StoreFiles.write(
          page,
          new ComparisonPage(
                  command,
                  about(plan, training),
                  seeds.get(0),
                  table,
                  pictures.curves(),
                  pictures.neighbourhoods(),
                  pictures.galleries())
              .html());
    } catch (IOException e) {
      throw new UserError("cannot write " + page + ": " + e.getMessage(), e);
    }
    System.out.printf("Page:        %s%n", page);
  }

  private static void say(String format, Object... values) {
    System.err.printf("%n== " + format + "%n", values);
  }

  private String metrics() {
    return StoreFiles.resolve(output, "metrics");
  }

  /** The run of a method. */
  String run(String method, long seed) {
    return StoreFiles.resolve(output, method + "/seed-" + seed);
  }

  /** The evaluation of a run. */
  static String evaluation(String run) {
    return StoreFiles.resolve(run, "evaluation");
  }

  /** The evaluation of what stands beside all methods of a seed. */
  String reference(long seed) {
    return StoreFiles.resolve(output, "reference/seed-" + seed);
  }

  /** Whether a run has ended, and has been evaluated. */
  boolean isEvaluated(ComparisonPlan.Method method, long seed) {
    return StoreReader.isComplete(Evaluation.metrics(evaluation(run(method.name(), seed))));
  }

  Evaluation evaluation(long seed) {
    return Evaluation.on(images, trainSplit, testSplit, Evaluation.usualLabelShares(), seed);
  }

  /** The recipe of a method for so many steps. */
  Recipe recipe(String method, TrainingImages training, long ofSteps, long seed) {
    return Methods.recipe(method, preset, training.task(ofSteps, seed));
  }

  /** The steps of every method: those of the plan that is there, or measured ones. */
  ComparisonPlan plan(TrainingImages training, PipelineArguments pipelines) {
    ObjectNode options = options(training);
    Optional<ComparisonPlan> before = ComparisonPlan.find(output);
    if (before.isPresent()) {
      RunDirectory.refuseOther(output, "a comparison", before.get().options(), options);
      return before.get();
    }
    List<ComparisonPlan.Method> planned = new ArrayList<>();
    for (String method : methods) {
      planned.add(plan(method, training, pipelines));
    }
    if (planned.stream().allMatch(method -> method.networks().isEmpty())) {
      throw new UserError("no method can be trained: " + planned.get(0).notApplicable());
    }
    ComparisonPlan plan = new ComparisonPlan(options, planned);
    plan.write(output);
    return plan;
  }

  /** What decides a run of the comparison, named as on the command line; seeds may be added. */
  ObjectNode options(TrainingImages training) {
    ObjectNode options = JsonNodeFactory.instance.objectNode();
    options.put("images", training.fingerprint());
    options.put("trainSplit", trainSplit);
    options.put("testSplit", testSplit);
    options.put("preset", preset.name().toLowerCase(Locale.ROOT));
    options.put("methods", String.join(",", methods));
    options.put("rounds", rounds);
    options.put("finetuneSteps", finetuneSteps);
    options.put("budget", budget == null ? "none" : budget.toString());
    options.put("steps", steps == null ? "none" : steps.toString());
    pooling.provenance().forEach(options::put);
    return options;
  }

  private ComparisonPlan.Method plan(
      String method, TrainingImages training, PipelineArguments pipelines) {
    try {
      recipe(method, training, TIMED_STEPS, seeds.get(0));
    } catch (UserError e) {
      return new ComparisonPlan.Method(method, e.getMessage(), List.of());
    }
    boolean bowNet = recipe(method, training, TIMED_STEPS, seeds.get(0)).method() instanceof BowNet;
    Map<String, Integer> networks = new LinkedHashMap<>();
    if (bowNet) {
      networks.put(ROTATION, 1);
    }
    networks.put(method, bowNet ? GENERATIONS : 1);
    int count = networks.values().stream().mapToInt(Integer::intValue).sum();
    List<Network> planned = new ArrayList<>();
    networks.forEach(
        (name, many) -> {
          Recipe recipe = recipe(name, training, TIMED_STEPS, seeds.get(0));
          say("speed of %s", name);
          double seconds =
              new StepTiming(recipe, training, StoreFiles.resolve(output, "speed/" + name))
                  .seconds(pipelines);
          long steps =
              budget == null ? this.steps / count : Network.steps(budget * 60 / count, seconds);
          planned.add(
              new Network(name, many, Math.max(1, steps / rounds), recipe.batchSize(), seconds));
        });
    return new ComparisonPlan.Method(method, null, planned);
  }

  /** Random weights, as they are and normalised, and pixels. */
  private List<MetricRecord> reference(
      ComparisonPlan plan, TrainingImages training, long seed, PipelineArguments pipelines) {
    List<Recipe> recipes =
        plan.methods().stream()
            .filter(method -> !method.networks().isEmpty())
            .map(method -> recipe(method.name(), training, TIMED_STEPS, seed))
            .toList();
    checkState(
        recipes.stream().map(Recipe::backbone).distinct().count() == 1,
        "the methods have different backbones");
    say("random weights and pixels, seed %d", seed);
    FeatureSource random =
        FeatureSource.random(recipes.get(0), pooling.pooling()).on(pipelines.device());
    Map<String, String> of =
        Map.of(
            "backbone", Methods.toTree(recipes.get(0)).at("/backbone").toString(),
            "normalisation", Methods.toTree(recipes.get(0)).at("/normalisation").toString());
    List<MetricRecord> metrics = measure(random, true, of, reference(seed), seed, pipelines);
    metrics.addAll(normalised(training, seed, pipelines));
    metrics.addAll(fineTune(null, training, reference(seed), seed, pipelines));
    return metrics;
  }

  /**
   * What every method starts from: random weights whose batch norm has statistics of the images, by
   * steps of supervised training at the rate 0.
   */
  private List<MetricRecord> normalised(
      TrainingImages training, long seed, PipelineArguments pipelines) {
    String run = StoreFiles.resolve(reference(seed), NORMALISED);
    RoundPlan plan = RoundPlan.alone(1, STATISTICS_STEPS);
    Recipe recipe =
        supervised(null, training, plan.steps(), seed)
            .withSchedule(new RateSchedule.Cosine(0, 0, 0));
    TrainingData data =
        new LabelSelection(training, new LabelShare(1, seed), true, run).run(pipelines);
    new Pretraining("finetune", recipe, data, null, run, plan).run(pipelines);
    String checkpoint = RunDirectory.newestCheckpoint(run);
    return measure(
        FeatureSource.trained(checkpoint, pooling.pooling()).named(NORMALISED),
        checkpoint,
        run,
        seed,
        pipelines);
  }

  /** Trains and measures a method, unless that has been done. */
  private Outcome outcome(
      ComparisonPlan.Method method,
      TrainingImages training,
      long seed,
      PipelineArguments pipelines) {
    String run = run(method.name(), seed);
    String reason = StoreFiles.resolve(run, "stopped.txt");
    try {
      Optional<String> before = StoreFiles.find(reason);
      if (before.isPresent()) {
        return new Outcome(before.get().strip(), List.of());
      }
      Optional<String> stopped = train(method, training, seed, run, pipelines);
      if (stopped.isPresent()) {
        StoreFiles.write(reason, stopped.get() + "\n");
        return new Outcome(stopped.get(), List.of());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String checkpoint = RunDirectory.newestCheckpoint(run);
    FeatureSource trained = FeatureSource.trained(checkpoint, pooling.pooling());
    List<MetricRecord> metrics = measure(trained, checkpoint, run, seed, pipelines);
    metrics.addAll(fineTune(InitialWeights.open(run), training, run, seed, pipelines));
    return new Outcome(null, metrics);
  }

  /** Trains, and returns why the run stopped, if it did. */
  private Optional<String> train(
      ComparisonPlan.Method method,
      TrainingImages training,
      long seed,
      String run,
      PipelineArguments pipelines) {
    List<Network> networks = method.networks();
    Network last = networks.get(networks.size() - 1);
    RoundPlan plan = RoundPlan.alone(rounds, last.stepsPerRound());
    Recipe recipe = recipe(last.method(), training, plan.steps(), seed);
    try {
      if (recipe.method() instanceof BowNet) {
        RoundPlan firstPlan = RoundPlan.alone(rounds, networks.get(0).stepsPerRound());
        Recipe first = recipe(networks.get(0).method(), training, firstPlan.steps(), seed);
        new Generations(recipe, first, null, training, run, last.count(), firstPlan, plan)
            .run(pipelines);
      } else {
        new Pretraining("pretrain", recipe, new TrainingData(training, null, null), null, run, plan)
            .run(pipelines);
      }
      return Optional.empty();
    } catch (RuntimeException e) {
      String line = Failure.of(e).line();
      if (UpdateStudent.hasStopped(line)) {
        System.err.println(line);
        return Optional.of(line);
      }
      throw e;
    }
  }

  /** All that is measured of a run's network. */
  private List<MetricRecord> measure(
      FeatureSource of, String checkpoint, String run, long seed, PipelineArguments pipelines) {
    Map<String, String> weights =
        Map.of("checkpoint", StoreReader.open(VariableChunk.TYPE, checkpoint).fingerprint());
    return measure(of.on(pipelines.device()), false, weights, evaluation(run), seed, pipelines);
  }

  /** The metrics of features, those that are stored unless they have to be made. */
  private List<MetricRecord> measure(
      FeatureSource source,
      boolean pixels,
      Map<String, String> of,
      String directory,
      long seed,
      PipelineArguments pipelines) {
    Evaluation evaluation = evaluation(seed);
    Map<String, String> provenance = evaluation.provenance("compare", of, pooling);
    List<MetricRecord> metrics =
        new ArrayList<>(
            Provenance.isOf(Evaluation.metrics(directory), provenance)
                ? MetricsTable.read(Evaluation.metrics(directory))
                : evaluation.run(List.of(source), pixels, provenance, directory, pipelines));
    metrics.add(evaluation.features(source.name(), directory).deviation());
    if (pixels) {
      metrics.add(evaluation.features(Evaluation.PIXELS, directory).deviation());
    }
    return metrics;
  }

  /**
   * What a classifier reaches from the network, of the same labels as the linear probes.
   *
   * @param initial null for random weights: supervised training from scratch
   */
  private List<MetricRecord> fineTune(
      @Nullable InitialWeights initial,
      TrainingImages training,
      String directory,
      long seed,
      PipelineArguments pipelines) {
    List<MetricRecord> metrics = new ArrayList<>();
    for (double share : finetuneSteps == 0 ? List.<Double>of() : Evaluation.usualLabelShares()) {
      metrics.addAll(
          new FineTuning(
                  training,
                  testSplit,
                  supervised(initial, training, finetuneSteps, seed),
                  new LabelShare(share, seed),
                  initial,
                  StoreFiles.resolve(directory, "finetune-" + share),
                  RoundPlan.alone(1, finetuneSteps))
              .run(pipelines));
    }
    return metrics;
  }

  /** Supervised training of all weights, from random ones if there are none. */
  private Recipe supervised(
      @Nullable InitialWeights initial, TrainingImages training, long ofSteps, long seed) {
    Task task = training.task(ofSteps, seed);
    return Supervised.recipe(
        preset.backbone(task),
        initial == null ? task : initial.task(task),
        training.statistics().classes(),
        Supervised.Trained.ALL,
        null,
        1,
        initial == null);
  }

  private void write(
      List<ComparisonRecord> results, ComparisonPlan plan, PipelineArguments pipelines) {
    WriteStore<ComparisonRecord> write =
        WriteStore.to(ComparisonRecord.TYPE, metrics())
            .withProvenance(
                Map.of(
                    "command",
                    "compare",
                    "options",
                    plan.options().toString(),
                    "seeds",
                    seedNames(),
                    Provenance.VERSION,
                    Version.read()));
    try {
      write.prepare(true);
      Pipeline pipeline = pipelines.create("compare");
      pipeline
          .apply(Create.of(results).withCoder(ComparisonRecord.TYPE.coder()))
          .apply("Write", write);
      pipelines.run(pipeline);
      write.commit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was compared, for the page. */
  private List<String> about(ComparisonPlan plan, TrainingImages training) {
    return List.of(
        String.format(
            "%d methods, each pre-trained without labels for %s on the %,d images of split '%s' of"
                + " %s (preset %s; seeds %s; %d rounds), then evaluated on split '%s'.",
            plan.methods().size(),
            length(),
            training.count(),
            training.splitName(),
            images,
            plan.options().get("preset").asText(),
            seedNames(),
            rounds,
            testSplit));
  }

  /** How long every run trains, for people. */
  String length() {
    if (budget == null) {
      return steps + " steps";
    }
    return budget.toString().replaceAll("\\.0$", "") + (budget == 1 ? " minute" : " minutes");
  }

  private String seedNames() {
    return String.join(", ", seeds.stream().map(String::valueOf).toList());
  }

  /** The images of the store, of all splits. */
  StoreReader<ImageRecord> store() {
    return StoreReader.open(ImageRecord.TYPE, images);
  }
}
