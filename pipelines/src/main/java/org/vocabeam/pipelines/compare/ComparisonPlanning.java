package org.vocabeam.pipelines.compare;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.Method.TargetSource;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.compare.ComparisonPlan.Network;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.run.BatchCheck;
import org.vocabeam.pipelines.run.Generations;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.run.StepTiming;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Planning of a comparison: the speed of every method is measured, and decides its steps.
 *
 * @param training images that are trained on
 */
record ComparisonPlanning(Comparison comparison, TrainingImages training, Runner runner) {
  /** Students of BoWNet behind the first teacher. */
  private static final int GENERATIONS = 2;

  /** Steps of the recipes whose speed is measured: more than are taken. */
  private static final long TIMED_STEPS = 1 << 20;

  /** Returns the plan that is there, or makes one and writes it. */
  ComparisonPlan plan() {
    ObjectNode options = comparison.options(training);
    Optional<ComparisonPlan> before = ComparisonPlan.find(comparison.output());
    if (before.isPresent()) {
      RunDirectory.refuseOther(
          comparison.output(), "a comparison", before.get().options(), options);
      return before.get();
    }
    List<ComparisonPlan.Method> planned =
        comparison.entries().list().stream().map(this::plan).toList();
    if (planned.stream().allMatch(method -> method.networks().isEmpty())) {
      throw new UserError("no method can be trained: " + planned.get(0).notApplicable());
    }
    ComparisonPlan plan = new ComparisonPlan(options, planned);
    plan.write(comparison.output());
    return plan;
  }

  private ComparisonPlan.Method plan(Entry entry) {
    RecipeChoice choice = entry.choice().withSeed(comparison.seeds().get(0));
    try {
      Recipe recipe = recipe(choice, TIMED_STEPS);
      new BatchCheck(recipe, training, RoundPlan.alone(1, 1)).check(runner);
      boolean hasTeachers = recipe.method().targetSource() == TargetSource.TEACHER_WORDS;
      int count = hasTeachers ? 1 + GENERATIONS : 1;
      List<Network> networks = new ArrayList<>();
      if (hasTeachers) {
        networks.add(network(Generations.FIRST_METHOD, Generations.first(choice), 1, count));
      }
      networks.add(network(entry.name(), choice, hasTeachers ? GENERATIONS : 1, count));
      ComparisonPlan.Method planned = new ComparisonPlan.Method(entry.name(), null, networks);
      recipe(choice, planned.steps(comparison.rounds())); // not fewer than the warm-up's
      return planned;
    } catch (UserError e) {
      return new ComparisonPlan.Method(entry.name(), e.getMessage(), List.of());
    }
  }

  /**
   * Returns the plan of networks that train alike.
   *
   * @param count networks of the entry, which share its time or steps
   */
  private Network network(String name, RecipeChoice choice, int copies, int count) {
    Recipe recipe = recipe(choice, TIMED_STEPS);
    Comparison.say("speed of %s", name);
    double seconds =
        new StepTiming(
                "compare",
                recipe,
                training,
                StoreFiles.resolve(comparison.output(), "speed/" + name))
            .seconds(runner);
    long steps =
        comparison.budget() == null
            ? comparison.steps() / count
            : Network.steps(comparison.budget() * 60 / count, seconds);
    return new Network(
        recipe.method().name(),
        copies,
        Math.max(1, steps / comparison.rounds()),
        recipe.batchSize(),
        seconds);
  }

  private Recipe recipe(RecipeChoice choice, long steps) {
    return choice.recipe(training.task(choice.settings(), steps, choice.seed()));
  }
}
