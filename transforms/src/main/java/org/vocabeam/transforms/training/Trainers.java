package org.vocabeam.transforms.training;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Trainer;

/**
 * The loaded programs of this JVM. Authoring and loading a program takes a second or more; a worker
 * that has trained a recipe keeps its program for the next round. State is written into it at the
 * start of every assignment, so nothing goes from one use to the next.
 */
final class Trainers {
  private static final ListMultimap<String, Trainer> IDLE = ArrayListMultimap.create();

  private Trainers() {}

  /** An idle program of the recipe, or a new one. To be given back by {@link #giveBack}. */
  static Trainer take(String recipe) {
    synchronized (IDLE) {
      if (IDLE.containsKey(recipe)) {
        return IDLE.get(recipe).remove(0);
      }
      // A worker trains one recipe at a time: programs of others only hold memory.
      IDLE.values().forEach(Trainer::close);
      IDLE.clear();
    }
    return Trainer.of(Methods.recipe(recipe));
  }

  static void giveBack(String recipe, Trainer trainer) {
    synchronized (IDLE) {
      IDLE.put(recipe, trainer);
    }
  }
}
