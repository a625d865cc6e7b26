package org.vocabeam.pipelines.inputs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Settings;
import org.vocabeam.models.training.Task;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.training.Start;

/**
 * Weights of another run, from which a run starts. The two see pixels on the same scale, so the
 * normalisation stays that of the first run's images.
 *
 * @param checkpoint directory of the checkpoint
 * @param recipe recipe of the other run
 * @param fingerprint fingerprint of the checkpoint
 * @param scopes scopes that are taken, as in {@link Start}; without any, all of the state but the
 *     optimizer's is taken, and the two recipes may differ in length, schedule and seed alone
 */
public record InitialWeights(
    String checkpoint, Recipe recipe, String fingerprint, Map<String, String> scopes) {
  private static final List<String> OWN =
      List.of("schedule", "steps", "seed", "batchSize", "continuation");

  /** Opens a run's newest checkpoint, or a checkpoint. */
  public static InitialWeights open(String runOrCheckpoint) {
    String checkpoint = RunDirectory.checkpointOf(runOrCheckpoint);
    return new InitialWeights(
        checkpoint,
        Checkpoint.open(checkpoint).recipe(),
        StoreReader.open(VariableChunk.TYPE, checkpoint).fingerprint(),
        Map.of());
  }

  /** Returns the same weights, of which some scopes are taken. */
  public InitialWeights taking(Map<String, String> taken) {
    return new InitialWeights(checkpoint, recipe, fingerprint, taken);
  }

  /** Returns the encoder alone, also for networks of the method that start as its copies. */
  public InitialWeights encoderFor(Method method) {
    Map<String, String> taken = new TreeMap<>();
    taken.put(Method.STUDENT, Method.STUDENT);
    method.studentCopies().forEach(copy -> taken.put(copy, Method.STUDENT));
    return taking(taken);
  }

  /**
   * Returns what a run of this recipe takes: all, to go on with the same method, or the encoder
   * alone, for another one.
   */
  public InitialWeights forRun(Recipe asked) {
    return hasMethodOf(asked) ? this : encoderFor(asked.method());
  }

  /** Returns whether a run goes on with the method of the weights. */
  public boolean hasMethodOf(Recipe asked) {
    return asked.method().name().equals(recipe.method().name());
  }

  /** Returns where the first round starts. */
  public Start start() {
    return new Start(checkpoint, scopes);
  }

  /** Returns the task with the normalisation that the weights were trained with. */
  public Task task(Task task) {
    return new Task(
        task.images(), recipe.normalisation(), task.imageCount(), task.steps(), task.seed());
  }

  /**
   * Returns the task of training on: images of one shape keep theirs, others are shown as to the
   * run that the weights are of.
   */
  public Task task(TrainingImages images, long total, long seed) {
    Task task = task(images.task(Settings.SMALL, total, seed));
    ImageShape shown = recipe.images();
    return images.haveOneShape() ? task : task.withShape(shown.height(), shown.width());
  }

  /**
   * Refuses a recipe that the weights do not belong to, naming what differs. With another method
   * only the network is taken, and has to be the same.
   */
  public void check(Recipe asked) {
    if (!hasMethodOf(asked)) {
      if (!network(asked).equals(network(recipe))) {
        throw new UserError(
            String.format(
                "%s holds the network %s, and now it is %s; give its --preset, or leave --preset"
                    + " out",
                checkpoint, recipe.backbone(), asked.backbone()));
      }
      return;
    }
    Map<String, String> before = constants(recipe);
    Map<String, String> now = constants(asked);
    TreeSet<String> places = new TreeSet<>(before.keySet());
    places.addAll(now.keySet());
    for (String place : places) {
      String was = before.getOrDefault(place, "absent");
      String is = now.getOrDefault(place, "absent");
      if (!was.equals(is)) {
        throw new UserError(
            String.format(
                "%s was trained with %s %s, and now it is %s; give the same, or leave --initial out"
                    + " and start from random weights",
                checkpoint, place, was, is));
      }
    }
  }

  /** Returns the network without what has no part in its weights. */
  private static JsonNode network(Recipe recipe) {
    ObjectNode network = (ObjectNode) Methods.toTree(recipe).get("backbone");
    network.remove("dropPath");
    return network;
  }

  private static Map<String, String> constants(Recipe recipe) {
    JsonNode tree = Methods.toTree(recipe);
    ((ObjectNode) tree).remove(OWN);
    Map<String, String> constants = new TreeMap<>();
    RunDirectory.flatten("", tree, constants);
    return constants;
  }
}
