package org.vocabeam.pipelines.inputs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;

/**
 * What a run leaves: {@code run.json} with all that decides its result, a checkpoint and the
 * metrics of its steps for every round, TensorBoard events.
 */
public record RunDirectory(String root) {
  private static final String CONFIGURATION = "run.json";
  private static final String GENERATION = "generation-";
  private static final String RUN = "run";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The stages of a generation of BoWNet. */
  public String generation(int generation) {
    return StoreFiles.resolve(root, GENERATION + generation);
  }

  /** The run of a generation's student; of generation 0, of the first teacher. */
  public String run(int generation) {
    return StoreFiles.resolve(generation(generation), RUN);
  }

  private String checkpoints() {
    return StoreFiles.resolve(root, "checkpoints");
  }

  /** The checkpoint after so many steps. */
  public String checkpoint(long step) {
    return StoreFiles.resolve(checkpoints(), name(step));
  }

  /** The metrics of the round that ended after so many steps. */
  public String steps(long step) {
    return StoreFiles.resolve(root, "steps/" + name(step));
  }

  /** How far the replicas of the running round are, when they run elsewhere. */
  public String reports() {
    return StoreFiles.resolve(root, "reports");
  }

  public String tensorboard() {
    return StoreFiles.resolve(root, "tensorboard");
  }

  /**
   * Removes what an interrupted attempt at the round that ends after so many steps left among the
   * events, which would be a second curve.
   *
   * @return the suffix of the name of the round's event file
   */
  public String removeEvents(long step) throws IOException {
    String suffix = "." + name(step);
    for (StoreFiles.Listed file : StoreFiles.list(tensorboard())) {
      if (file.name().endsWith(suffix)) {
        StoreFiles.delete(file.path());
      }
    }
    return suffix;
  }

  /** Copies the event files of a local directory to the others. */
  public void addEvents(Path local) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(local)) {
      for (Path file : files) {
        StoreFiles.copy(file, StoreFiles.resolve(tensorboard(), file.getFileName().toString()));
      }
    }
  }

  private static String name(long step) {
    return String.format(Locale.ROOT, "step-%09d", step);
  }

  /** Whether it has a place for checkpoints, which may all be incomplete. */
  boolean hasCheckpoints() throws IOException {
    return StoreFiles.isDirectory(checkpoints());
  }

  /** The steps of the newest complete checkpoint among the given ones; 0 without any. */
  public long newest(LongStream steps) {
    return steps.filter(s -> StoreReader.isComplete(checkpoint(s))).max().orElse(0);
  }

  /**
   * Makes the directory a run of this configuration, or finds that it is one.
   *
   * @param configuration option to value
   * @throws UserError when it is a run of another configuration, naming an option that differs
   */
  public void claim(JsonNode configuration) {
    String file = StoreFiles.resolve(root, CONFIGURATION);
    try {
      Optional<String> before = StoreFiles.find(file);
      if (before.isPresent()) {
        refuseOther(root, "a run", JSON.readTree(before.get()), configuration);
      } else {
        removeUnfinished();
        StoreFiles.write(file, configuration.toPrettyString() + "\n");
      }
    } catch (IOException e) {
      throw new UserError("cannot use " + root + " as the output: " + e.getMessage(), e);
    }
  }

  /** Removes what a claim that was killed left: without a configuration nothing else is there. */
  private void removeUnfinished() throws IOException {
    for (StoreFiles.Listed left : StoreFiles.list(root)) {
      if (left.name().startsWith(CONFIGURATION) && StoreFiles.isTemporary(left.name())) {
        StoreFiles.delete(left.path());
      }
    }
  }

  /**
   * Refuses a configuration that is not the one before.
   *
   * @param root of what was made with it
   * @param kind of what that is
   * @throws UserError naming an option that differs
   */
  public static void refuseOther(String root, String kind, JsonNode of, JsonNode asked) {
    Map<String, String> before = new TreeMap<>();
    Map<String, String> now = new TreeMap<>();
    flatten("", of, before);
    flatten("", asked, now);
    TreeSet<String> places = new TreeSet<>(now.keySet());
    places.addAll(before.keySet());
    for (String place : places) {
      if (!Objects.equals(before.get(place), now.get(place))) {
        throw new UserError(
            String.format(
                "%s is %s with %s %s, and now it is %s; give the same, or another --output",
                root, kind, place, before.get(place), now.get(place)));
      }
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
  public static String newestCheckpoint(String runOrCheckpoint) {
    if (StoreReader.isComplete(runOrCheckpoint)) {
      return runOrCheckpoint;
    }
    RunDirectory run = new RunDirectory(runOrCheckpoint);
    try {
      int generation = 0;
      while (new RunDirectory(run.run(generation + 1)).hasCheckpoints()) {
        generation++;
      }
      if (StoreFiles.isDirectory(run.run(generation))) {
        return newestCheckpoint(run.run(generation));
      }
      String ofGeneration = StoreFiles.resolve(runOrCheckpoint, RUN);
      if (StoreFiles.name(runOrCheckpoint).startsWith(GENERATION)
          && StoreFiles.isDirectory(ofGeneration)) {
        return newestCheckpoint(ofGeneration);
      }
      if (run.hasCheckpoints()) {
        return StoreFiles.list(run.checkpoints()).stream()
            .map(StoreFiles.Listed::name)
            .filter(name -> name.endsWith("/" + StoreManifest.FILE))
            .reduce((a, b) -> b)
            .map(name -> name.substring(0, name.length() - StoreManifest.FILE.length() - 1))
            .map(name -> StoreFiles.resolve(run.checkpoints(), name))
            .orElseThrow(() -> new UserError(runOrCheckpoint + " has no complete round yet"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new UserError(runOrCheckpoint + " is neither a run of pretrain nor a checkpoint of one");
  }
}
