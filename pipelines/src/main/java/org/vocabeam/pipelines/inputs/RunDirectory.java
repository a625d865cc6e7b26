package org.vocabeam.pipelines.inputs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;

/**
 * Directory of a run: {@code run.json} with all that decides its result, for every round a
 * checkpoint and the metrics of its steps, and TensorBoard events.
 *
 * <pre>{@code
 * String checkpoint = RunDirectory.checkpointOf("runs/obow");
 * }</pre>
 *
 * @param root location of the directory
 */
public record RunDirectory(String root) {
  private static final String CONFIGURATION = "run.json";
  private static final Pattern WEIGHTS =
      Pattern.compile("\\.(?:safetensors|pth|pt|th|bin|ckpt|pkl|tar|index\\.json)$");
  private static final String OUTCOME = "outcome";
  private static final String GENERATION = "generation-";
  private static final String RUN = "run";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Returns the directory of a generation of BoWNet. */
  public String generation(int generation) {
    return StoreFiles.resolve(root, GENERATION + generation);
  }

  /** Returns the run of a generation's student; for generation 0, of the first teacher. */
  public String run(int generation) {
    return StoreFiles.resolve(generation(generation), RUN);
  }

  private String checkpoints() {
    return StoreFiles.resolve(root, "checkpoints");
  }

  /** Returns the checkpoint after a number of steps. */
  public String checkpoint(long step) {
    return StoreFiles.resolve(checkpoints(), name(step));
  }

  /** Returns the metrics of the round that ended after a number of steps. */
  public String steps(long step) {
    return StoreFiles.resolve(root, "steps/" + name(step));
  }

  /** Returns the directory in which replicas of other processes report their steps. */
  public String reports() {
    return StoreFiles.resolve(root, "reports");
  }

  /** Returns the directory of TensorBoard events. */
  public String tensorboard() {
    return StoreFiles.resolve(root, "tensorboard");
  }

  /**
   * Removes the events of an interrupted attempt at a round, which would be a second curve.
   *
   * @param step steps after which the round ends
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

  /** Returns whether there is a place for checkpoints, which may all be incomplete. */
  boolean hasCheckpoints() throws IOException {
    return StoreFiles.isDirectory(checkpoints());
  }

  /** Returns the steps of the newest complete checkpoint among the given ones; 0 without any. */
  public long newest(LongStream steps) {
    return steps.filter(s -> StoreReader.isComplete(checkpoint(s))).max().orElse(0);
  }

  /** Returns true if the directory is a run, or has generations. */
  public boolean isClaimed() {
    try {
      return StoreFiles.find(StoreFiles.resolve(root, CONFIGURATION)).isPresent()
          || StoreFiles.isDirectory(generation(0))
          || StoreFiles.isDirectory(generation(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes the directory a run of this configuration, unless it is one.
   *
   * @param configuration option to value
   * @throws UserError when the run has another configuration, naming an option that differs
   */
  public void claim(JsonNode configuration) {
    String file = StoreFiles.resolve(root, CONFIGURATION);
    try {
      Optional<String> before = StoreFiles.find(file);
      if (before.isPresent()) {
        JsonNode made = JSON.readTree(before.get());
        if (made instanceof ObjectNode run) {
          run.remove(OUTCOME);
        }
        refuseOther(root, "a run", made, configuration);
      } else {
        removeUnfinished();
        StoreFiles.write(file, configuration.toPrettyString() + "\n");
      }
    } catch (IOException e) {
      throw new UserError("cannot use " + root + " as the output: " + e.getMessage(), e);
    }
  }

  /** Returns the course of the run, if it has one. */
  public Optional<RunOutcome> outcome() {
    try {
      Optional<String> text = StoreFiles.find(StoreFiles.resolve(root, CONFIGURATION));
      JsonNode outcome = text.isEmpty() ? null : JSON.readTree(text.get()).get(OUTCOME);
      return outcome == null
          ? Optional.empty()
          : Optional.of(JSON.treeToValue(outcome, RunOutcome.class));
    } catch (IOException e) {
      throw new UserError("cannot read the course of " + root + ": " + e.getMessage(), e);
    }
  }

  /** Writes the course of a run that has been claimed, unless it is there. */
  public void settle(RunOutcome outcome) throws IOException {
    if (outcome().equals(Optional.of(outcome))) {
      return;
    }
    String file = StoreFiles.resolve(root, CONFIGURATION);
    ObjectNode run = (ObjectNode) JSON.readTree(StoreFiles.read(file));
    run.set(OUTCOME, JSON.valueToTree(outcome));
    StoreFiles.write(file, run.toPrettyString() + "\n");
  }

  /** Removes all checkpoints but those after the given numbers of steps. */
  public void keepOnly(Set<Long> steps) throws IOException {
    Set<String> kept = steps.stream().map(RunDirectory::name).collect(Collectors.toSet());
    Map<String, List<StoreFiles.Listed>> others =
        StoreFiles.list(checkpoints()).stream()
            .filter(file -> file.name().contains("/"))
            .collect(
                Collectors.groupingBy(
                    file -> file.name().substring(0, file.name().indexOf('/')),
                    TreeMap::new,
                    Collectors.toList()));
    others.keySet().removeAll(kept);
    for (var other : others.entrySet()) {
      String directory = StoreFiles.resolve(checkpoints(), other.getKey());
      // The marker first: a part of a checkpoint must not look like one.
      StoreFiles.delete(StoreFiles.resolve(directory, StoreManifest.FILE));
      for (StoreFiles.Listed file : other.getValue()) {
        if (!file.name().endsWith("/" + StoreManifest.FILE)) {
          StoreFiles.delete(file.path());
        }
      }
      StoreFiles.deleteEmptyDirectory(directory);
    }
  }

  /** Removes what a killed claim left; without a configuration nothing else is there. */
  private void removeUnfinished() throws IOException {
    for (StoreFiles.Listed left : StoreFiles.list(root)) {
      if (left.name().startsWith(CONFIGURATION) && StoreFiles.isTemporary(left.name())) {
        StoreFiles.delete(left.path());
      }
    }
  }

  /**
   * Refuses a configuration that differs from the one before.
   *
   * @param root location of what was made with the first
   * @param kind what was made, for the message
   * @throws UserError naming an option that differs
   */
  public static void refuseOther(String root, String kind, JsonNode made, JsonNode asked) {
    Map<String, String> before = new TreeMap<>();
    Map<String, String> now = new TreeMap<>();
    flatten("", made, before);
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

  /** Puts every value of a tree under its place, as {@code method.words}. */
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

  /** Refuses a file of another library's weights, which is no checkpoint yet. */
  private static void refuseWeights(String location) {
    if (!WEIGHTS.matcher(location).find()) {
      return;
    }
    try {
      if (StoreFiles.isFile(location, StoreFiles.list(location))) {
        throw new UserError(
            String.format(
                "%s is a file of weights; make a checkpoint of it: ./vocabeam import %s"
                    + " --output=DIR",
                location, location));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the directory of a checkpoint: the argument itself, or that of a run, of its last
   * generation, or of one generation. Of a run it is the best one, where the run keeps that, and
   * otherwise the newest.
   *
   * @throws UserError when there is no complete checkpoint
   */
  public static String checkpointOf(String runOrCheckpoint) {
    refuseWeights(runOrCheckpoint);
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
        return checkpointOf(run.run(generation));
      }
      String student = StoreFiles.resolve(runOrCheckpoint, RUN);
      if (StoreFiles.name(runOrCheckpoint).startsWith(GENERATION)
          && StoreFiles.isDirectory(student)) {
        return checkpointOf(student);
      }
      if (run.hasCheckpoints()) {
        Optional<String> kept =
            run.outcome()
                .map(RunOutcome::kept)
                .map(run::checkpoint)
                .filter(StoreReader::isComplete);
        if (kept.isPresent()) {
          return kept.get();
        }
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
