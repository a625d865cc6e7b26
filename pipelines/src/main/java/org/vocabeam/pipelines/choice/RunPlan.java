package org.vocabeam.pipelines.choice;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.vocabeam.pipelines.choice.Choice.Setting;
import org.vocabeam.pipelines.inputs.Documents;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Settings and speed of a run, {@code plan.json}, written before anything is trained. A run that
 * goes on keeps its plan.
 *
 * @param asked options that decided the plan
 * @param settings chosen options, without those of the length
 * @param secondsPerStep measured seconds of a step of all networks that train
 * @param rounds rounds of a network
 * @param stepsPerRound steps of a round
 * @param estimate what the run will take
 */
record RunPlan(
    JsonNode asked,
    List<Setting> settings,
    double secondsPerStep,
    int rounds,
    long stepsPerRound,
    Estimate estimate) {
  private static final String FILE = "plan.json";

  RunPlan {
    settings = List.copyOf(settings);
  }

  private static String file(String run) {
    return StoreFiles.resolve(run, FILE);
  }

  /** Returns the plan of a run, if it has one. */
  static Optional<RunPlan> find(String run) {
    return Documents.find(RunPlan.class, file(run));
  }

  /** Writes the plan whole or not at all. */
  void write(String run) {
    Documents.write(file(run), this);
  }
}
