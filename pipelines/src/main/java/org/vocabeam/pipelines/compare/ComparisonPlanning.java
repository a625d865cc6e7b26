package org.vocabeam.pipelines.compare;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.Method.TargetSource;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.compare.ComparisonPlan.Network;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.run.BatchCheck;
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
  private static final String ROTATION = "rotation";

  /** Students of BoWNet behind the first teacher. */
  private static final int GENERATIONS = 2;

  /** Steps of the recipes whose speed is measured: more than are taken. */
  private static final long TIMED_STEPS = 1000;

  /** Returns the plan that is there, or makes one and writes it. */
  ComparisonPlan plan() {
    ObjectNode options = comparison.options(training);
    Optional<ComparisonPlan> before = ComparisonPlan.find(comparison.output());
    if (before.isPresent()) {
      RunDirectory.refuseOther(
          comparison.output(), "a comparison", before.get().options(), options);
      return before.get();
    }
    List<ComparisonPlan.Method> planned = comparison.methods().stream().map(this::plan).toList();
    if (planned.stream().allMatch(method -> method.networks().isEmpty())) {
      throw new UserError("no method can be trained: " + planned.get(0).notApplicable());
    }
    ComparisonPlan plan = new ComparisonPlan(options, planned);
    plan.write(comparison.output());
    return plan;
  }

  private ComparisonPlan.Method plan(String method) {
    Recipe recipe;
    try {
      recipe = timed(method);
      new BatchCheck(recipe, training, RoundPlan.alone(1, 1)).check(runner);
    } catch (UserError e) {
      return new ComparisonPlan.Method(method, e.getMessage(), List.of());
    }
    Map<String, Integer> networks = new LinkedHashMap<>();
    boolean hasTeachers = recipe.method().targetSource() == TargetSource.TEACHER_WORDS;
    if (hasTeachers) {
      networks.put(ROTATION, 1);
    }
    networks.put(method, hasTeachers ? GENERATIONS : 1);
    int count = networks.values().stream().mapToInt(Integer::intValue).sum();
    List<Network> planned = new ArrayList<>();
    networks.forEach((name, copies) -> planned.add(network(name, copies, count)));
    return new ComparisonPlan.Method(method, null, planned);
  }

  /**
   * Returns the plan of networks that train alike.
   *
   * @param count networks of the method, which share its time or steps
   */
  private Network network(String name, int copies, int count) {
    Recipe recipe = timed(name);
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
        name, copies, Math.max(1, steps / comparison.rounds()), recipe.batchSize(), seconds);
  }

  private Recipe timed(String method) {
    return comparison.recipe(method, training, TIMED_STEPS, comparison.seeds().get(0));
  }
}
