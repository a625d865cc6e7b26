package org.vocabeam.pipelines.compare;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.Method.TargetSource;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.compare.ComparisonPlan.Network;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.transforms.evaluation.ComparisonRecord;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

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
public record Comparison(
    String images,
    String output,
    List<String> methods,
    @Nullable Long steps,
    @Nullable Double budget,
    String preset,
    List<Long> seeds,
    int rounds,
    long finetuneSteps,
    String trainSplit,
    String testSplit,
    PoolingChoice pooling) {
  private static final String ROTATION = "rotation";

  /** Students of bownet behind the first teacher. */
  private static final int GENERATIONS = 2;

  /** Steps of the recipes whose speed is measured: more than are taken. */
  private static final long TIMED_STEPS = 1000;

  public Comparison {
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

  /**
   * Does what is not done yet, and reports.
   *
   * @param command line, for the page
   */
  public void run(Runner runner, String command) {
    TrainingImages training = TrainingImages.open(images, trainSplit);
    Evaluation.checkSplits(images, training.statistics(), trainSplit, testSplit);
    ComparisonPlan plan = plan(training, runner);
    ComparisonRuns runs = new ComparisonRuns(this, training, runner);
    List<ComparisonRecord> results = new ArrayList<>();
    Map<String, List<String>> stopped = new LinkedHashMap<>();
    for (long seed : seeds) {
      say("random weights and pixels, seed %d", seed);
      runs.reference(plan, seed)
          .forEach(metric -> results.add(new ComparisonRecord("", seed, metric)));
      for (ComparisonPlan.Method method : plan.methods()) {
        if (method.networks().isEmpty()) {
          continue;
        }
        say("%s, seed %d", method.name(), seed);
        ComparisonRuns.Outcome outcome = runs.outcome(method, seed);
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
    write(results, plan, runner);
    ComparisonTable table = ComparisonTable.of(plan, rounds, results, stopped);
    System.out.printf("%n%s%n", table.text());
    System.out.printf("Metrics:     %s%n", metrics());
    String page = StoreFiles.resolve(output, "index.html");
    say("page");
    ComparisonPictures pictures = new ComparisonPictures(this, plan, training, runner);
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
  public String run(String method, long seed) {
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

  /** Returns a method and its constants. */
  RecipeChoice choice(String method, long seed) {
    return RecipeChoice.of(method).withPreset(preset).withSeed(seed);
  }

  /** Returns the recipe of a method for a number of steps. */
  Recipe recipe(String method, TrainingImages training, long ofSteps, long seed) {
    return choice(method, seed).recipe(training.task(ofSteps, seed));
  }

  /** The steps of every method: those of the plan that is there, or measured ones. */
  public ComparisonPlan plan(TrainingImages training, Runner runner) {
    ObjectNode options = options(training);
    Optional<ComparisonPlan> before = ComparisonPlan.find(output);
    if (before.isPresent()) {
      RunDirectory.refuseOther(output, "a comparison", before.get().options(), options);
      return before.get();
    }
    List<ComparisonPlan.Method> planned = new ArrayList<>();
    for (String method : methods) {
      planned.add(plan(method, training, runner));
    }
    if (planned.stream().allMatch(method -> method.networks().isEmpty())) {
      throw new UserError("no method can be trained: " + planned.get(0).notApplicable());
    }
    ComparisonPlan plan = new ComparisonPlan(options, planned);
    plan.write(output);
    return plan;
  }

  /** What decides a run of the comparison, named as on the command line; seeds may be added. */
  public ObjectNode options(TrainingImages training) {
    ObjectNode options = JsonNodeFactory.instance.objectNode();
    options.put("images", training.fingerprint());
    options.put("trainSplit", trainSplit);
    options.put("testSplit", testSplit);
    options.put("preset", preset);
    options.put("methods", String.join(",", methods));
    options.put("rounds", rounds);
    options.put("finetuneSteps", finetuneSteps);
    options.put("budget", budget == null ? "none" : budget.toString());
    options.put("steps", steps == null ? "none" : steps.toString());
    pooling.provenance().forEach(options::put);
    return options;
  }

  private ComparisonPlan.Method plan(String method, TrainingImages training, Runner runner) {
    try {
      recipe(method, training, TIMED_STEPS, seeds.get(0));
    } catch (UserError e) {
      return new ComparisonPlan.Method(method, e.getMessage(), List.of());
    }
    boolean hasTeachers =
        recipe(method, training, TIMED_STEPS, seeds.get(0)).method().targetSource()
            == TargetSource.TEACHER_WORDS;
    Map<String, Integer> networks = new LinkedHashMap<>();
    if (hasTeachers) {
      networks.put(ROTATION, 1);
    }
    networks.put(method, hasTeachers ? GENERATIONS : 1);
    int count = networks.values().stream().mapToInt(Integer::intValue).sum();
    List<Network> planned = new ArrayList<>();
    networks.forEach(
        (name, many) -> {
          Recipe recipe = recipe(name, training, TIMED_STEPS, seeds.get(0));
          say("speed of %s", name);
          double seconds =
              new StepTiming(recipe, training, StoreFiles.resolve(output, "speed/" + name))
                  .seconds(runner);
          long steps =
              budget == null ? this.steps / count : Network.steps(budget * 60 / count, seconds);
          planned.add(
              new Network(name, many, Math.max(1, steps / rounds), recipe.batchSize(), seconds));
        });
    return new ComparisonPlan.Method(method, null, planned);
  }

  private void write(List<ComparisonRecord> results, ComparisonPlan plan, Runner runner) {
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
      Pipeline pipeline = runner.create("compare");
      pipeline
          .apply(Create.of(results).withCoder(ComparisonRecord.TYPE.coder()))
          .apply("Write", write);
      runner.run(pipeline);
      write.commit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was compared, for the page. */
  private List<String> about(ComparisonPlan plan, TrainingImages training) {
    return List.of(
        String.format(
            "Every method is pre-trained without labels for %s on the %,d images of split '%s' of"
                + " %s (preset: %s; seeds: %s; rounds: %d), then evaluated on split '%s'.",
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
