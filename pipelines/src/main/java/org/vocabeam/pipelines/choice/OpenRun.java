package org.vocabeam.pipelines.choice;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.Method.TargetSource;
import org.vocabeam.models.training.ProgramSize;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.choice.Choice.Setting;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.run.BatchCheck;
import org.vocabeam.pipelines.run.Generations;
import org.vocabeam.pipelines.run.PretrainRequest;
import org.vocabeam.pipelines.run.PretrainRequest.Teachers;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.run.StepTiming;
import org.vocabeam.pipelines.runner.BeamOptions;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * A pre-training whose settings or length are left open.
 *
 * <pre>{@code
 * PretrainRequest request = new OpenRun(asked, true, 30.0).settle(runner, System.err);
 * request.run(runner);
 * }</pre>
 *
 * @param request what was given; its preset stands for nothing where settings are chosen, and its
 *     rounds for nothing where minutes are given
 * @param chooses true to choose the settings that were not given
 * @param minutes length of the run from the start of the command to its end; null for the rounds of
 *     the request
 */
public record OpenRun(PretrainRequest request, boolean chooses, @Nullable Double minutes)
    implements Request<String> {
  /** Preset whose settings are chosen by the data at hand. */
  public static final String AUTO = "auto";

  /** Minutes of a run whose settings are chosen and whose length is not given. */
  public static final double USUAL_MINUTES = 30;

  /** Minutes of a round; what a kill costs at most, and a multiple of what a round costs. */
  private static final double ROUND_MINUTES = 3;

  private static final int MOST_ROUNDS = 40;

  /** Options that say where things are, whose content a run checks itself. */
  private static final String INPUTS = "initial|targets|views|teacher";

  /** Most seconds from the start of a command to its plan; a schedule's process is older. */
  private static final double START_SECONDS = 10;

  /** Steps of the recipes whose speed is measured: more than are taken. */
  private static final long TIMED_STEPS = 1000;

  public OpenRun {
    check(minutes);
    if (chooses && request.given().initial() != null) {
      throw new UserError(
          "--preset is auto, must be the name of a preset with --initial, whose weights have a network");
    }
  }

  /** Refuses a length that is no time. */
  public static void check(@Nullable Double minutes) {
    if (minutes != null && !(minutes > 0 && minutes <= Float.MAX_VALUE)) {
      throw new UserError("--minutes is " + minutes + ", must be more than 0");
    }
  }

  /** Returns the options of rounds, with minutes in the place of their length if there are any. */
  public static List<String> length(RoundPlan rounds, @Nullable Double minutes) {
    return minutes == null
        ? rounds.options()
        : TypedCommand.of("")
            .with(rounds.options().stream().filter(option -> !isLength(option)).toList())
            .with("minutes", minutes)
            .options();
  }

  private static boolean isLength(String option) {
    return option.matches("--(rounds|stepsPerRound)=.*");
  }

  /** Returns true if nothing is open. */
  public boolean isSettled() {
    return !chooses && minutes == null;
  }

  /** Returns the same run of other generations. */
  public OpenRun withTeachers(Teachers other) {
    return new OpenRun(request.withTeachers(other), chooses, minutes);
  }

  @Override
  public TypedCommand typed(Runner runner) {
    TypedCommand settled = request.typed(runner);
    List<String> kept =
        settled.options().stream()
            .filter(option -> !(chooses && option.startsWith("--preset=")))
            .filter(option -> minutes == null || !isLength(option))
            .toList();
    return new TypedCommand(settled.name(), kept)
        .ifGiven("preset", chooses ? AUTO : null)
        .ifGiven("minutes", minutes);
  }

  /** Settles what is open, and runs the rounds that are not complete. */
  @Override
  public String run(Runner runner) {
    return settle(runner, System.err).run(runner);
  }

  /**
   * Returns a request with nothing open. The plan of the directory is kept; without one the
   * settings are chosen, the speed is measured, and the plan is written and printed.
   */
  public PretrainRequest settle(Runner runner, PrintStream out) {
    if (isSettled()) {
      return request;
    }
    TrainingImages images = request.open();
    ObjectNode asked = asked(images);
    Optional<RunPlan> before = RunPlan.find(request.output());
    boolean hasBegun = new RunDirectory(request.output()).isClaimed();
    if (hasBegun && before.isEmpty()) {
      throw new UserError(
          String.format(
              "%s is a run whose length and settings were given; give the same, or another --output",
              request.output()));
    }
    if (hasBegun) {
      RunDirectory.refuseOther(request.output(), "a run", before.get().asked(), asked);
    }
    RunPlan plan =
        before.filter(made -> made.asked().equals(asked)).orElseGet(() -> plan(images, runner));
    print(plan, images, runner, out);
    return settled(plan);
  }

  /** Prints what a run takes, measured, without a plan of it. */
  public void estimate(Runner runner, PrintStream out) {
    TrainingImages images = request.open();
    PretrainRequest settled = settle(runner, out);
    if (isSettled()) {
      Timed timed = timed(settled, images, runner);
      out.printf("Estimate:    %s%n", timed.estimate(settled.rounds(), images, runner));
    }
  }

  private ObjectNode asked(TrainingImages images) {
    ObjectNode asked = JsonNodeFactory.instance.objectNode();
    asked.put("images", images.fingerprint());
    asked.put("split", images.splitName());
    typedWithoutPlace().forEach(option -> asked.put(name(option), value(option)));
    return asked;
  }

  /** Returns the options that decide the run, without those that say where things are. */
  private List<String> typedWithoutPlace() {
    return typed(new Runner(Runner.FLINK, BeamOptions.NONE, null)).options().stream()
        .filter(option -> !option.matches("--(images|split|output|" + INPUTS + ")=.*"))
        .toList();
  }

  private static String name(String option) {
    return option.replaceAll("^--(set=[^=]*|[^=]*).*", "$1");
  }

  private static String value(String option) {
    return option.substring(Math.min(option.length(), name(option).length() + 3));
  }

  private RunPlan plan(TrainingImages images, Runner runner) {
    List<Setting> settings = chooses ? chosen(images, runner).settings() : List.of();
    PretrainRequest chosen = request.withRecipe(new Choice(settings).applyTo(request.recipe()));
    Timed timed = timed(chosen, images, runner);
    RoundPlan rounds =
        minutes == null ? request.rounds() : timed.rounds(60 * minutes, request.rounds(), images);
    RunPlan plan =
        new RunPlan(
            asked(images),
            settings,
            timed.secondsPerStep(),
            rounds.rounds(),
            rounds.stepsPerRound(),
            timed.estimate(rounds, images, runner));
    plan.write(request.output());
    return plan;
  }

  private Choice chosen(TrainingImages images, Runner runner) {
    RecipeChoice recipe = request.recipe();
    return Choice.of(situation(images, runner)).without(Choice.given(recipe));
  }

  private Situation situation(TrainingImages images, Runner runner) {
    return Situation.of(
        request.recipe(), images, Machine.of(runner), minutes == null ? 0 : minutes);
  }

  private PretrainRequest settled(RunPlan plan) {
    RoundPlan given = request.rounds();
    return request
        .withRecipe(new Choice(plan.settings()).applyTo(request.recipe()))
        .withRounds(
            new RoundPlan(
                plan.rounds(),
                plan.stepsPerRound(),
                given.replicas(),
                given.shuffleMegabytes(),
                given.signal()));
  }

  /** Measures the steps of all networks that a request trains. */
  private static Timed timed(PretrainRequest request, TrainingImages images, Runner runner) {
    double before = secondsSinceStart();
    long begin = System.nanoTime();
    Recipe recipe = request.withRounds(RoundPlan.alone(1, TIMED_STEPS)).recipe(images);
    new BatchCheck(recipe, images, RoundPlan.alone(1, 1)).check(runner);
    Map<Recipe, Integer> networks = new LinkedHashMap<>();
    if (recipe.method().targetSource() == TargetSource.TEACHER_WORDS
        && request.given().targets() == null) {
      if (request.teachers().first() == null) {
        networks.put(
            request
                .withRecipe(Generations.first(request.recipe()))
                .withRounds(RoundPlan.alone(1, TIMED_STEPS))
                .recipe(images),
            1);
      }
      networks.put(recipe, request.teachers().count());
    } else {
      networks.put(recipe, 1);
    }
    double seconds = 0;
    for (Map.Entry<Recipe, Integer> network : networks.entrySet()) {
      String method = network.getKey().method().name();
      seconds +=
          network.getValue()
              * new StepTiming(
                      "pretrain",
                      network.getKey(),
                      images,
                      StoreFiles.resolve(request.output(), "speed/" + method))
                  .seconds(runner);
    }
    // Replicas of one machine share its processors; those of a cluster have their own.
    int shared = runner.isRemote() ? 1 : request.rounds().replicas();
    return new Timed(
        recipe,
        ProgramSize.of(recipe),
        seconds * shared,
        networks.values().stream().mapToInt(Integer::intValue).sum(),
        before + (System.nanoTime() - begin) / 1e9);
  }

  /** Returns the seconds from the start of the command to now, when it begins to plan. */
  private static double secondsSinceStart() {
    return Math.min(START_SECONDS, ManagementFactory.getRuntimeMXBean().getUptime() / 1e3);
  }

  /**
   * A measured recipe.
   *
   * @param secondsPerStep of all networks
   * @param networks number of networks that train one after the other
   * @param before seconds that the command had taken by then
   */
  private record Timed(
      Recipe recipe, ProgramSize size, double secondsPerStep, int networks, double before) {
    RoundPlan rounds(double seconds, RoundPlan given, TrainingImages images) {
      int rounds =
          (int) Math.max(1, Math.min(MOST_ROUNDS, Math.round(seconds / 60 / ROUND_MINUTES)));
      double left =
          seconds
              - before
              - Estimate.secondsBesideSteps(size, networks, rounds)
              - Estimate.secondsOfSignal(recipe, images, given, secondsPerStep);
      long steps = (long) Math.max(1, left / secondsPerStep / rounds);
      long most = BatchCheck.mostStepsPerRound(recipe, images, given.replicas());
      return new RoundPlan(
          rounds,
          Math.min(steps, most),
          given.replicas(),
          given.shuffleMegabytes(),
          given.signal());
    }

    Estimate estimate(RoundPlan rounds, TrainingImages images, Runner runner) {
      return Estimate.of(
          recipe, size, images, rounds, Machine.of(runner), before, secondsPerStep, networks);
    }
  }

  private static String words(double minutes) {
    return Double.toString(minutes).replaceAll("\\.0$", "")
        + (minutes == 1 ? " minute" : " minutes");
  }

  private void print(RunPlan plan, TrainingImages images, Runner runner, PrintStream out) {
    List<Setting> settings = new ArrayList<>(plan.settings());
    if (minutes != null) {
      settings.add(
          new Setting("--rounds", Integer.toString(plan.rounds()), "each ends with a checkpoint"));
      settings.add(
          new Setting(
              "--stepsPerRound",
              Long.toString(plan.stepsPerRound()),
              String.format(Locale.ROOT, "%.3g ms a step, measured", 1e3 * plan.secondsPerStep())));
    }
    out.printf(
        "Settings:    for %s%s%n",
        situation(images, runner), minutes == null ? "" : ", " + words(minutes));
    settings.forEach(s -> out.printf("  %-22s %s%n", s.typed(), s.reason()));
    out.printf("Estimate:    %s%n", plan.estimate());
  }
}
