package org.vocabeam.transforms.training;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.transforms.checkpoint.Checkpoint;

/**
 * Checkpoint that a round starts from.
 *
 * @param checkpoint directory
 * @param scopes of the program's variables, each with the scope that they have in the checkpoint;
 *     variables of others keep their first values. Empty for a checkpoint of the same recipe, of
 *     which all go on
 */
public record Start(String checkpoint, Map<String, String> scopes) implements Serializable {
  public Start {
    scopes = Map.copyOf(scopes);
  }

  /** Returns the start from a checkpoint of the same recipe. */
  public static Start same(String checkpoint) {
    return new Start(checkpoint, Map.of());
  }

  /** Reads the values of the checkpoint, under the names of the program. */
  Map<String, float[]> read(List<VariableSpec> variables) {
    Map<String, float[]> state = Checkpoint.open(checkpoint).state();
    if (scopes.isEmpty()) {
      return state;
    }
    Map<String, float[]> taken = new LinkedHashMap<>();
    for (VariableSpec spec : variables) {
      String name = spec.name();
      String scope = scopes.get(name.substring(0, name.length() - spec.unscoped().length()));
      if (scope != null && state.containsKey(scope + spec.unscoped())) {
        taken.put(name, state.get(scope + spec.unscoped()));
      }
    }
    return taken;
  }
}
