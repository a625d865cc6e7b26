package org.vocabeam.transforms.worker;

import java.io.Serializable;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.vocabeam.models.UserError;

/**
 * Threads that prepare images for a network, ahead of it. Their number does not change a result.
 *
 * @param wanted number of threads of one network; 0 for this machine's processors, divided among
 *     the networks that this process feeds at the same time
 */
public record FeedThreads(int wanted) implements Serializable {
  /** As many as the machine has processors for. */
  public static final FeedThreads AUTOMATIC = new FeedThreads(0);

  private static final AtomicInteger FEEDING = new AtomicInteger();

  public FeedThreads {
    if (wanted < 0) {
      throw new UserError(
          "feed threads are " + wanted + ", must be at least 1, or 0 for as many as processors");
    }
  }

  /**
   * Starts {@link Ahead#map} with these threads.
   *
   * @param ahead most items that are begun before their results are taken
   */
  public <S, T> Ahead<T> map(Iterator<S> source, Function<? super S, T> work, int ahead) {
    int feeding = FEEDING.incrementAndGet();
    int processors = Runtime.getRuntime().availableProcessors();
    int threads = wanted > 0 ? wanted : Math.max(1, processors / feeding);
    return Ahead.map(source, work, threads, ahead, FEEDING::decrementAndGet);
  }
}
