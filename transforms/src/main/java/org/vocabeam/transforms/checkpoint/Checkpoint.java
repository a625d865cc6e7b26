package org.vocabeam.transforms.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;

/**
 * A complete checkpoint: the state of a run after a number of steps.
 *
 * @param recipe of the run
 * @param step steps taken
 * @param state variable to values, row-major
 * @param provenance of its store
 */
public record Checkpoint(
    Recipe recipe, long step, Map<String, float[]> state, Map<String, String> provenance) {
  /** Keys of a checkpoint's provenance. */
  public static final String RECIPE = "recipe";

  public static final String STEP = "step";
  public static final String IMAGES = "images";

  /**
   * Reads a checkpoint.
   *
   * @param directory of the store
   * @throws UserError when there is no complete checkpoint
   */
  public static Checkpoint read(String directory) {
    StoreReader<VariableChunk> store = StoreReader.open(VariableChunk.TYPE, directory);
    Map<String, String> provenance = store.manifest().provenance();
    if (!provenance.containsKey(RECIPE) || !provenance.containsKey(STEP)) {
      throw new UserError(directory + " says nothing of its recipe; use one that pretrain wrote");
    }
    return new Checkpoint(
        Methods.recipe(provenance.get(RECIPE)),
        Long.parseLong(provenance.get(STEP)),
        state(store),
        provenance);
  }

  private static Map<String, float[]> state(StoreReader<VariableChunk> store) {
    List<VariableChunk> all = new ArrayList<>();
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<VariableChunk> rows = store.read(group)) {
        rows.forEachRemaining(all::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return state(all);
  }

  /** Joins the chunks of variables, which may come in any order. */
  public static Map<String, float[]> state(Iterable<VariableChunk> all) {
    Map<String, List<VariableChunk>> chunks = new TreeMap<>();
    all.forEach(row -> chunks.computeIfAbsent(row.variable(), v -> new ArrayList<>()).add(row));
    Map<String, float[]> state = new LinkedHashMap<>();
    chunks.forEach((variable, parts) -> state.put(variable, join(parts)));
    return state;
  }

  private static float[] join(List<VariableChunk> parts) {
    parts.sort(Comparator.comparingInt(VariableChunk::chunk));
    long size = parts.get(0).shape().stream().reduce(1L, (a, b) -> a * b);
    long given = parts.stream().mapToLong(part -> part.bytes().length / Float.BYTES).sum();
    if (given != size) {
      throw new UserError(
          String.format(
              "variable %s of the checkpoint has %d of %d values; it is damaged: remove it, and"
                  + " pretrain goes on from the one before",
              parts.get(0).variable(), given, size));
    }
    float[] values = new float[Math.toIntExact(size)];
    int at = 0;
    for (VariableChunk part : parts) {
      float[] of = part.values();
      System.arraycopy(of, 0, values, at, of.length);
      at += of.length;
    }
    return values;
  }
}
