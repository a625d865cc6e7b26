package org.vocabeam.pipelines;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.store.StoreFiles;
import org.vocabeam.transforms.store.StoreReader;

/**
 * What a run leaves: {@code run.json} with all that decides its result, a checkpoint and the
 * metrics of its steps for every round, TensorBoard events.
 */
record RunDirectory(Path root) {
  private static final String CONFIGURATION = "run.json";
  private static final String GENERATION = "generation-";
  private static final String RUN = "run";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The stages of a generation of BoWNet. */
  Path generation(int generation) {
    return root.resolve(GENERATION + generation);
  }

  /** The run of a generation's student; of generation 0, of the first teacher. */
  Path run(int generation) {
    return generation(generation).resolve(RUN);
  }

  /** The checkpoint after so many steps. */
  Path checkpoint(long step) {
    return root.resolve("checkpoints").resolve(name(step));
  }

  /** The metrics of the round that ended after so many steps. */
  Path steps(long step) {
    return root.resolve("steps").resolve(name(step));
  }

  Path tensorboard() {
    return root.resolve("tensorboard");
  }

  /**
   * Removes what an interrupted attempt at the round that ends after so many steps left among the
   * events, which would be a second curve.
   *
   * @return the suffix of the name of the round's event file
   */
  String removeEvents(long step) throws IOException {
    String suffix = "." + name(step);
    if (Files.isDirectory(tensorboard())) {
      try (DirectoryStream<Path> old = Files.newDirectoryStream(tensorboard(), "*" + suffix)) {
        for (Path file : old) {
          Files.delete(file);
        }
      }
    }
    return suffix;
  }

  private static String name(long step) {
    return String.format(Locale.ROOT, "step-%09d", step);
  }

  /** The steps of the newest complete checkpoint among the given ones; 0 without any. */
  long newest(LongStream steps) {
    return steps.filter(s -> StoreReader.isComplete(checkpoint(s).toString())).max().orElse(0);
  }

  /**
   * Makes the directory a run of this configuration, or finds that it is one.
   *
   * @param configuration option to value
   * @throws UserError when it is a run of another configuration, naming an option that differs
   */
  void claim(JsonNode configuration) {
    Path file = root.resolve(CONFIGURATION);
    try {
      if (Files.exists(file)) {
        compare(JSON.readTree(Files.readString(file)), configuration);
        return;
      }
      Files.createDirectories(root);
      StoreFiles.write(file.toString(), configuration.toPrettyString() + "\n");
    } catch (IOException e) {
      throw new UserError("cannot use " + root + " as the output: " + e.getMessage(), e);
    }
  }

  private void compare(JsonNode of, JsonNode asked) {
    Map<String, String> before = new TreeMap<>();
    Map<String, String> now = new TreeMap<>();
    flatten("", of, before);
    flatten("", asked, now);
    now.forEach((place, value) -> refuseIfOther(place, before.get(place), value));
    before.forEach((place, value) -> refuseIfOther(place, value, now.get(place)));
  }

  private void refuseIfOther(String place, String before, String now) {
    if (before == null || now == null || !before.equals(now)) {
      throw new UserError(
          String.format(
              "%s is a run with %s %s, and now it is %s; give the same, or another --output",
              root, place, before, now));
    }
  }

  /** Names a value by its last part where that says enough: words, not recipe.method.words. */
  static void flatten(String place, JsonNode node, Map<String, String> into) {
    if (node.isValueNode()) {
      into.put(place, node.asText());
      return;
    }
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        flatten(place + "[" + i + "]", node.get(i), into);
      }
      return;
    }
    node.fields()
        .forEachRemaining(
            e ->
                flatten(
                    place.isEmpty() ? e.getKey() : place + "." + e.getKey(), e.getValue(), into));
  }

  /**
   * The directory of a checkpoint: itself, or the newest of a run, of its last generation, or of
   * one generation.
   */
  static String newestCheckpoint(String runOrCheckpoint) {
    if (StoreReader.isComplete(runOrCheckpoint)) {
      return runOrCheckpoint;
    }
    RunDirectory run = new RunDirectory(Path.of(runOrCheckpoint));
    int generation = 0;
    while (Files.isDirectory(run.run(generation + 1).resolve("checkpoints"))) {
      generation++;
    }
    if (Files.isDirectory(run.run(generation))) {
      return newestCheckpoint(run.run(generation).toString());
    }
    boolean isGeneration = String.valueOf(run.root.getFileName()).startsWith(GENERATION);
    if (isGeneration && Files.isDirectory(run.root.resolve(RUN))) {
      return newestCheckpoint(run.root.resolve(RUN).toString());
    }
    Path checkpoints = Path.of(runOrCheckpoint).resolve("checkpoints");
    if (Files.isDirectory(checkpoints)) {
      try (var found = Files.list(checkpoints)) {
        return found
            .map(Path::toString)
            .filter(StoreReader::isComplete)
            .sorted()
            .reduce((a, b) -> b)
            .orElseThrow(() -> new UserError(runOrCheckpoint + " has no complete round yet"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new UserError(runOrCheckpoint + " is neither a run of pretrain nor a checkpoint of one");
  }
}
