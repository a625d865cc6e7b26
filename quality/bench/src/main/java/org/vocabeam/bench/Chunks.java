package org.vocabeam.bench;

import static com.google.common.base.Preconditions.checkState;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The time of work that is done again and again: the median over chunks of it, so that a pause of
 * the machine spoils one chunk and not the result. To compare two kinds of work, take their chunks
 * in turns.
 */
final class Chunks {
  /** Chunks of a measurement. */
  static final int COUNT = 5;

  /** Runs before the first chunk: TensorFlow optimises a graph in its first. */
  private static final int WARM_UP = 2;

  private final Runnable work;
  private final LongSupplier nanoseconds;
  private final List<Double> seconds = new ArrayList<>();

  Chunks(Runnable work) {
    this(work, System::nanoTime);
  }

  /** By another clock. */
  Chunks(Runnable work, LongSupplier nanoseconds) {
    this.work = work;
    this.nanoseconds = nanoseconds;
  }

  /** Works without counting, for so many seconds or a little longer. */
  void warmUp(double atLeast) {
    run(WARM_UP, atLeast);
  }

  /** Works for so many seconds or a little longer, at least once: a chunk. */
  void take(double atLeast) {
    seconds.add(run(1, atLeast));
  }

  private double run(int timesAtLeast, double secondsAtLeast) {
    long start = nanoseconds.getAsLong();
    for (int times = 1; ; times++) {
      work.run();
      double elapsed = (nanoseconds.getAsLong() - start) / 1e9;
      if (times >= timesAtLeast && elapsed >= secondsAtLeast) {
        return elapsed / times;
      }
    }
  }

  /** Seconds of one run of the work, the median of the chunks. */
  double median() {
    checkState(!seconds.isEmpty(), "no chunk was taken");
    List<Double> sorted = seconds.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
