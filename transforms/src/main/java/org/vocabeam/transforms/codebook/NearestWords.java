package org.vocabeam.transforms.codebook;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import org.vocabeam.models.codebook.NearestWord;

/**
 * Pool of the loaded assignment programs of this JVM: a worker keeps its program from one iteration
 * to the next, and only writes the new words into it.
 */
final class NearestWords {
  private record Shape(int words, int channels) {}

  private static final ListMultimap<Shape, NearestWord> IDLE = ArrayListMultimap.create();

  private NearestWords() {}

  /**
   * Returns an idle program of the shape, or a new one. {@link #giveBack} returns it to the pool.
   */
  static NearestWord take(int words, int channels) {
    Shape shape = new Shape(words, channels);
    synchronized (IDLE) {
      if (IDLE.containsKey(shape)) {
        return IDLE.get(shape).remove(0);
      }
      // A worker builds one codebook at a time: programs of other shapes only hold memory.
      IDLE.values().forEach(NearestWord::close);
      IDLE.clear();
    }
    return new NearestWord(words, channels);
  }

  static void giveBack(NearestWord nearest) {
    synchronized (IDLE) {
      IDLE.put(new Shape(nearest.count(), nearest.channels()), nearest);
    }
  }
}
