package org.vocabeam.pipelines.compare;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Joiner;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.transforms.Create;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.pipelines.stage.Stage;
import org.vocabeam.transforms.evaluation.ComparisonRecord;
import org.vocabeam.transforms.evaluation.LabelSurvey;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

/**
 * Methods that are pre-trained and evaluated alike. Every step finds what is complete: plan, runs
 * ({@code METHOD/seed-N}), their evaluations.
 *
 * <pre>{@code
 * System.out.println(
 *     new Comparison(
 *             "runs/images", "runs/comparison", Entries.of(List.of("obow", "simclr"), "small", null),
 *             null, 5.0, List.of(1L), 2, 300, "train", "test", PoolingChoice.GLOBAL, 1)
 *         .run(runner)
 *         .text());
 * }</pre>
 *
 * @param images images store with labels and the two splits
 * @param output directory of the comparison
 * @param entries methods and their constants
 * @param steps steps of every run; null for those that fit into {@code budget}
 * @param budget minutes of training of every run; null where steps are given
 * @param seeds every entry is trained once with each
 * @param rounds rounds of every network
 * @param finetuneSteps steps of fine-tuning of every trained network, and of random weights, at
 *     each share of the labels; 0 for none
 * @param trainSplit split that is trained on, and learned from in evaluations
 * @param testSplit split that is predicted
 * @param pooling features that are evaluated
 * @param parallel runs that are under way at the same time, more than 1 only on a cluster
 */
public record Comparison(
    String images,
    String output,
    Entries entries,
    @Nullable Long steps,
    @Nullable Double budget,
    List<Long> seeds,
    int rounds,
    long finetuneSteps,
    String trainSplit,
    String testSplit,
    PoolingChoice pooling,
    int parallel)
    implements Request<ComparisonTable> {
  /** Default of {@code seeds}. */
  public static final String SEEDS = "1";

  /** Default of {@code rounds}. */
  public static final String ROUNDS = "2";

  /** Default of {@code finetuneSteps}. */
  public static final String FINETUNE_STEPS = "300";

  /** Default of {@code parallel}. */
  public static final String PARALLEL = "1";

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
    if (parallel < 1) {
      throw new UserError("--parallel is " + parallel + ", must be positive");
    }
    if (finetuneSteps < 0) {
      throw new UserError("--finetuneSteps is " + finetuneSteps + ", must be at least 0");
    }
  }

  @Override
  public TypedCommand typed(Runner runner) {
    TypedCommand command = TypedCommand.of("compare").with("images", images).with("output", output);
    return entries
        .addTo(command)
        .ifGiven("budget", budget)
        .ifGiven("steps", steps)
        .unless(SEEDS, "seeds", Joiner.on(',').join(seeds))
        .unless(Integer.valueOf(ROUNDS), "rounds", rounds)
        .unless(Long.valueOf(FINETUNE_STEPS), "finetuneSteps", finetuneSteps)
        .unless(TrainingImages.TRAIN, "trainSplit", trainSplit)
        .unless(TrainingImages.TEST, "testSplit", testSplit)
        .with(pooling.options())
        .unless(Integer.valueOf(PARALLEL), "parallel", parallel)
        .with(runner.arguments());
  }

  /** Does what is not done yet, writes metrics and page, and returns the table. */
  @Override
  public ComparisonTable run(Runner runner) {
    if (parallel > 1 && !runner.isRemote()) {
      throw new UserError(
          "--parallel is "
              + parallel
              + ", must be 1 in one process, whose networks use all of its cores; give --flinkMaster"
              + " for runs side by side on a cluster");
    }
    TrainingImages training = TrainingImages.open(images, trainSplit);
    LabelSurvey labels = checked();
    ComparisonPlan plan = plan(training, runner);
    Measurement measurement = new Measurement(this, training, labels, runner);
    References references = References.of(plan, measurement);
    ComparisonRuns.Results results = new ComparisonRuns(plan, measurement, references).run();
    writeMetrics(results.metrics(), plan, runner);
    ComparisonTable table = ComparisonTable.of(plan, rounds, results.metrics(), results.stopped());
    say("page");
    ComparisonPage content =
        new ComparisonPage(
            typed(runner).toString(),
            about(plan, training),
            seeds.get(0),
            table,
            new ComparisonCurves(this, plan).read(),
            new ComparisonNeighbours(this, plan, references, training.rowGroups()).find(),
            new ComparisonWords(this, plan, training, runner).find());
    try {
      StoreFiles.write(page(), content.html());
    } catch (IOException e) {
      throw new UserError("cannot write " + page() + ": " + e.getMessage(), e);
    }
    return table;
  }

  /** Refuses now what would fail after the training, and says what cannot be measured. */
  private LabelSurvey checked() {
    Evaluation evaluation = evaluation(seeds.get(0));
    LabelSurvey labels = evaluation.labels();
    evaluation.checkMeasurable(labels);
    evaluation.remarks(labels).forEach(System.err::println);
    return labels;
  }

  static void say(String format, Object... values) {
    System.err.printf("%n== " + format + "%n", values);
  }

  /** Returns the store of all metrics. */
  public String metrics() {
    return StoreFiles.resolve(output, "metrics");
  }

  /** Returns the file of the page. */
  public String page() {
    return StoreFiles.resolve(output, "index.html");
  }

  /** Returns the run of a method. */
  public String run(String method, long seed) {
    return StoreFiles.resolve(output, method + "/seed-" + seed);
  }

  /** Returns the evaluation of a run. */
  static String evaluation(String run) {
    return StoreFiles.resolve(run, "evaluation");
  }

  /** Returns whether a run has ended and has been evaluated. */
  boolean isEvaluated(ComparisonPlan.Method method, long seed) {
    return StoreReader.isComplete(Evaluation.metrics(evaluation(run(method.name(), seed))));
  }

  Evaluation evaluation(long seed) {
    return Evaluation.on(images, trainSplit, testSplit, Evaluation.usualLabelShares(), seed);
  }

  /** Returns the steps of every method: those of the plan that is there, or measured ones. */
  public ComparisonPlan plan(TrainingImages training, Runner runner) {
    return new ComparisonPlanning(this, training, runner).plan();
  }

  /** Returns what decides the runs, named as on the command line; seeds may be added. */
  public ObjectNode options(TrainingImages training) {
    ObjectNode options = JsonNodeFactory.instance.objectNode();
    options.put("images", training.fingerprint());
    options.put("trainSplit", trainSplit);
    options.put("testSplit", testSplit);
    entries.addTo(options);
    options.put("rounds", rounds);
    options.put("finetuneSteps", finetuneSteps);
    options.put("budget", budget == null ? "none" : budget.toString());
    options.put("steps", steps == null ? "none" : steps.toString());
    pooling.provenance().forEach(options::put);
    return options;
  }

  private void writeMetrics(List<ComparisonRecord> results, ComparisonPlan plan, Runner runner) {
    Map<String, String> provenance =
        Map.of(
            "command",
            "compare",
            "options",
            plan.options().toString(),
            "seeds",
            seedNames(),
            Provenance.VERSION,
            Version.read());
    WriteStore<ComparisonRecord> write =
        WriteStore.to(ComparisonRecord.TYPE, metrics()).withProvenance(provenance);
    Stage.writing(write)
        .run(
            runner,
            "compare",
            pipeline ->
                pipeline
                    .apply(Create.of(results).withCoder(ComparisonRecord.TYPE.coder()))
                    .apply("Write", write));
  }

  /** Returns lines on what was compared. */
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

  /** Returns the length of every run, for a person. */
  String length() {
    if (budget == null) {
      return steps + " steps";
    }
    return budget.toString().replaceAll("\\.0$", "") + (budget == 1 ? " minute" : " minutes");
  }

  private String seedNames() {
    return String.join(", ", seeds.stream().map(String::valueOf).toList());
  }
}
