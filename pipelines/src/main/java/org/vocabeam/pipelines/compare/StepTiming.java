package org.vocabeam.pipelines.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.run.Pretraining;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.training.Assignment;
import org.vocabeam.transforms.training.StepMetric;
import org.vocabeam.transforms.training.TimeSteps;

/**
 * How fast the steps of a recipe are where its runs will be trained: one pipeline of a few dozen
 * steps, from which nothing is kept but their seconds.
 *
 * @param output directory of the store of seconds
 */
record StepTiming(Recipe recipe, TrainingImages images, String output) {
  /** More are not taken, warm-up included. */
  private static final int STEPS = 60;

  /** Slow steps are fewer: after so many seconds none is begun. */
  private static final double SECONDS = 15;

  /** The median seconds of a step, measured unless they have been. */
  double seconds(Runner runner) {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "compare");
    provenance.put(TrainingImages.IMAGES, images.fingerprint());
    provenance.put(TrainingImages.SPLIT, images.splitName());
    provenance.put("recipe", Methods.toJson(recipe));
    try {
      if (!Provenance.isOf(output, provenance)) {
        measure(runner, provenance);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Float> sorted =
        StoreReader.open(StepMetric.TYPE, output).rows().stream()
            .map(StepMetric::value)
            .sorted()
            .toList();
    return sorted.get(sorted.size() / 2);
  }

  private void measure(Runner runner, Map<String, String> provenance) throws IOException {
    RoundPlan rounds = RoundPlan.alone(1, STEPS);
    Assignment assignment =
        new Assignment(
            Methods.toJson(recipe),
            null,
            0,
            0,
            STEPS,
            images.split(),
            null,
            null,
            Pretraining.plan(recipe, images, rounds)
                .windows(0, 0, (long) STEPS * recipe.batchSize()));
    WriteStore<StepMetric> write =
        WriteStore.to(StepMetric.TYPE, output).withProvenance(provenance);
    write.prepare(true);
    Pipeline pipeline = runner.create("time-" + recipe.method().name());
    pipeline
        .apply("TimeSteps", TimeSteps.of(assignment, SECONDS, runner.device()))
        .apply("WriteSteps", write);
    runner.run(pipeline);
    write.commit();
  }
}
