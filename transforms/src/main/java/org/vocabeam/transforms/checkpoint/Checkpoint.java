package org.vocabeam.transforms.checkpoint;

import java.util.Map;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.transforms.store.StoreReader;

/**
 * A complete checkpoint: the state of a run after a number of steps.
 *
 * <pre>{@code
 * Checkpoint checkpoint = Checkpoint.open("runs/obow/checkpoints/000500");
 * int batchSize = checkpoint.recipe().batchSize(); // nothing but _SUCCESS has been read
 * Map<String, float[]> state = checkpoint.state(); // reads all tensors
 * }</pre>
 *
 * @param directory of its store
 * @param recipe of the run
 * @param step steps taken
 * @param provenance of its store
 */
public record Checkpoint(
    String directory, Recipe recipe, long step, Map<String, String> provenance) {
  /** Key of the recipe in a checkpoint's provenance, as JSON. */
  public static final String RECIPE = "recipe";

  /** Key of the number of steps taken. */
  public static final String STEP = "step";

  /** Key of the fingerprint of the images. */
  public static final String IMAGES = "images";

  /** Key of the name of the file that an imported encoder was in. */
  public static final String FILE = "file";

  /** Key of the SHA-256 of that file. */
  public static final String FILE_HASH = "sha256";

  /** Key of a note on the licence of imported weights. */
  public static final String LICENCE = "licence";

  /**
   * Opens a checkpoint by its manifest alone; the state stays where it is.
   *
   * @param directory of the store
   * @throws UserError when there is no complete checkpoint
   */
  public static Checkpoint open(String directory) {
    Map<String, String> provenance =
        StoreReader.readManifest(VariableChunk.TYPE, directory).provenance();
    if (!provenance.containsKey(RECIPE) || !provenance.containsKey(STEP)) {
      throw new UserError(directory + " says nothing of its recipe; use one that pretrain wrote");
    }
    return new Checkpoint(
        directory,
        Methods.recipe(provenance.get(RECIPE)),
        Long.parseLong(provenance.get(STEP)),
        provenance);
  }

  /**
   * Reads all variables, at every call.
   *
   * @return name to values, row-major
   * @throws UserError when a file is damaged or a part of a variable is missing
   */
  public Map<String, float[]> state() {
    return VariableChunk.join(StoreReader.open(VariableChunk.TYPE, directory).rows());
  }
}
