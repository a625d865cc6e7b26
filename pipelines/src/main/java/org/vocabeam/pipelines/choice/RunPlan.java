package org.vocabeam.pipelines.choice;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.choice.Choice.Setting;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * What was chosen and measured for a run: {@code plan.json}, written before anything is trained. A
 * run that goes on keeps its plan.
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
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  RunPlan {
    settings = List.copyOf(settings);
  }

  private static String file(String run) {
    return StoreFiles.resolve(run, FILE);
  }

  /** Returns the plan of a run, if it has one. */
  static Optional<RunPlan> find(String run) {
    String file = file(run);
    try {
      Optional<String> text = StoreFiles.find(file);
      return text.isEmpty()
          ? Optional.empty()
          : Optional.of(JSON.readValue(text.get(), RunPlan.class));
    } catch (JsonProcessingException e) {
      throw new UserError(file + " is no plan of a run; remove it, or give another --output", e);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Writes the plan whole or not at all. */
  void write(String run) {
    try {
      StoreFiles.write(file(run), JSON.writeValueAsString(this) + "\n");
    } catch (IOException e) {
      throw new UserError("cannot use " + run + " as the output: " + e.getMessage(), e);
    }
  }
}
