package org.vocabeam.pipelines.compare;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.common.util.concurrent.Uninterruptibles;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Runs that are under way at the same time. Their results have the order in which they were given.
 *
 * <pre>{@code
 * List<String> results = new SideBySide(2).run(List.of(() -> train("obow"), () -> train("dino")));
 * }</pre>
 *
 * @param most largest number at a time, at least 1; 1 runs them in the calling thread
 */
record SideBySide(int most) {
  /**
   * Runs all, and returns their results. After a failure none is begun, those under way are
   * finished, and the first failure is thrown.
   */
  <T> List<T> run(List<Supplier<T>> runs) {
    AtomicBoolean failed = new AtomicBoolean();
    ExecutorService threads =
        most == 1
            ? MoreExecutors.newDirectExecutorService()
            : Executors.newFixedThreadPool(Math.min(most, Math.max(1, runs.size())));
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (Supplier<T> run : runs) {
        futures.add(threads.submit(() -> guarded(run, failed)));
      }
      return results(futures); // waits for all of them
    } finally {
      threads.shutdown();
    }
  }

  private static <T> T guarded(Supplier<T> run, AtomicBoolean failed) {
    if (failed.get()) {
      throw new CancellationException("another run has failed");
    }
    boolean done = false;
    try {
      T result = run.get();
      done = true;
      return result;
    } finally {
      if (!done) {
        failed.set(true);
      }
    }
  }

  private static <T> List<T> results(List<Future<T>> futures) {
    List<T> results = new ArrayList<>();
    Throwable first = null;
    for (Future<T> future : futures) {
      try {
        results.add(Uninterruptibles.getUninterruptibly(future));
      } catch (ExecutionException e) {
        if (first == null && !(e.getCause() instanceof CancellationException)) {
          first = e.getCause();
        }
      }
    }
    if (first != null) {
      Throwables.throwIfUnchecked(first);
      throw new IllegalStateException(first);
    }
    return results;
  }
}
