package org.vocabeam.transforms.training;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.training.Trainer;

/**
 * The loaded programs of this JVM. Authoring and loading a program takes a second or more; a worker
 * that has trained a recipe keeps its program for the next round. State is written into it at the
 * start of every assignment, so nothing goes from one use to the next.
 */
final class Trainers {
  private static final ListMultimap<Key, Trainer> IDLE = ArrayListMultimap.create();

  private record Key(String recipe, DeviceChoice device) {}

  private Trainers() {}

  /** An idle program of the recipe, or a new one. To be given back by {@link #giveBack}. */
  static Trainer take(String recipe, DeviceChoice device) {
    Key key = new Key(recipe, device);
    synchronized (IDLE) {
      if (IDLE.containsKey(key)) {
        return IDLE.get(key).remove(0);
      }
      // A worker trains one recipe at a time: programs of others only hold memory.
      IDLE.values().forEach(Trainer::close);
      IDLE.clear();
    }
    return Trainer.of(Methods.recipe(recipe), device);
  }

  static void giveBack(String recipe, DeviceChoice device, Trainer trainer) {
    synchronized (IDLE) {
      IDLE.put(new Key(recipe, device), trainer);
    }
  }
}
