package org.vocabeam.pipelines.run;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.stage.Stage;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.training.Assignment;
import org.vocabeam.transforms.training.StepMetric;
import org.vocabeam.transforms.training.TimeSteps;

/**
 * Speed of the steps of a recipe where its runs will be trained: one pipeline of a few dozen steps,
 * of which nothing is kept but their seconds.
 *
 * <pre>{@code
 * double seconds = new StepTiming("pretrain", recipe, images, "runs/speed").seconds(runner);
 * }</pre>
 *
 * @param command command that asks, for the provenance
 * @param recipe recipe whose steps are taken
 * @param images images that they are taken on
 * @param output directory of the store of seconds
 */
public record StepTiming(String command, Recipe recipe, TrainingImages images, String output) {
  /** Largest number of steps, warm-up included. */
  private static final int STEPS = 60;

  /** Seconds after which no step is begun. */
  private static final double SECONDS = 15;

  /** Returns the median seconds of a step, measured unless they have been. */
  public double seconds(Runner runner) {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", command);
    provenance.put(TrainingImages.IMAGES, images.fingerprint());
    provenance.put(TrainingImages.SPLIT, images.splitName());
    provenance.put("recipe", Methods.toJson(recipe));
    WriteStore<StepMetric> write =
        WriteStore.to(StepMetric.TYPE, output).withProvenance(provenance);
    TimeSteps time = TimeSteps.of(assignment(), SECONDS, runner.compute());
    Stage.writing(write)
        .existing(Stage.Existing.RENEW)
        .run(
            runner,
            "time-" + recipe.method().name(),
            pipeline -> pipeline.apply("TimeSteps", time).apply("WriteSteps", write));
    List<Float> sorted =
        StoreReader.open(StepMetric.TYPE, output).rows().stream()
            .map(StepMetric::value)
            .sorted()
            .toList();
    return sorted.get(sorted.size() / 2);
  }

  private Assignment assignment() {
    return new Assignment(
        recipe,
        null,
        0,
        0,
        STEPS,
        images.split(),
        null,
        null,
        Pretraining.plan(recipe, images, RoundPlan.alone(1, STEPS))
            .windows(0, 0, (long) STEPS * recipe.batchSize()));
  }
}
