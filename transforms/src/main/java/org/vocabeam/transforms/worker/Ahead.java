package org.vocabeam.transforms.worker;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.common.util.concurrent.Uninterruptibles;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Results of work on the items of an iterator, in the order of the items, computed by threads ahead
 * of the one that takes them. The order does not depend on the number of threads, and an exception
 * is thrown at the place of its item.
 *
 * <pre>{@code
 * try (Ahead<Pixels> decoded = Ahead.map(images, Pixels::of, 4, 256)) {
 *   decoded.forEachRemaining(encoder::add);
 * }
 * }</pre>
 *
 * <p>To be taken from and closed by one thread. Closing ends the threads and waits for them;
 * results that nobody took are closed if they can be.
 */
public final class Ahead<T> implements Iterator<T>, AutoCloseable {
  private final BlockingQueue<CompletableFuture<T>> begun = new LinkedBlockingQueue<>();
  private final CompletableFuture<T> end = new CompletableFuture<>();
  private final Semaphore room;
  private final ExecutorService threads;
  private final Runnable whenClosed;
  private @Nullable CompletableFuture<T> next;
  private boolean closed;

  private Ahead(int threads, int ahead, Runnable whenClosed) {
    this.whenClosed = whenClosed;
    this.room = new Semaphore(ahead);
    this.threads =
        Executors.newFixedThreadPool(
            threads, new ThreadFactoryBuilder().setNameFormat("ahead-%d").setDaemon(true).build());
  }

  /**
   * Starts the work.
   *
   * @param source of the items; one thread at a time asks it, and it may wait
   * @param work on an item, in several threads at a time
   * @param threads at least 1
   * @param ahead most items that are begun before their results are taken, at least 1
   */
  public static <S, T> Ahead<T> map(
      Iterator<S> source, Function<? super S, T> work, int threads, int ahead) {
    return map(source, work, threads, ahead, () -> {});
  }

  static <S, T> Ahead<T> map(
      Iterator<S> source,
      Function<? super S, T> work,
      int threads,
      int ahead,
      Runnable whenClosed) {
    Ahead<T> results = new Ahead<>(threads, ahead, whenClosed);
    Ahead<T>.Items<S> items = results.new Items<>(source);
    for (int i = 0; i < threads; i++) {
      results.threads.execute(() -> results.work(items, work));
    }
    results.threads.shutdown(); // takes no more tasks, and ends when these do
    return results;
  }

  private <S> void work(Items<S> items, Function<? super S, T> work) {
    try {
      room.acquire();
      for (Item<S, T> item = items.begin(); item != null; item = items.begin()) {
        try {
          item.result().complete(work.apply(item.value()));
        } catch (Throwable e) {
          item.result().completeExceptionally(e);
        }
        room.acquire();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private record Item<S, T>(S value, CompletableFuture<T> result) {}

  /** Items in the order of their results. */
  private final class Items<S> {
    private final Iterator<S> source;
    private boolean ended;

    Items(Iterator<S> source) {
      this.source = source;
    }

    /** Returns the next item; null after the last and after a failure of the source. */
    synchronized @Nullable Item<S, T> begin() {
      if (ended) {
        return null;
      }
      CompletableFuture<T> result = new CompletableFuture<>();
      try {
        if (source.hasNext()) {
          Item<S, T> item = new Item<>(source.next(), result);
          begun.add(result);
          return item;
        }
        begun.add(end);
      } catch (Throwable e) {
        result.completeExceptionally(e);
        begun.add(result);
      }
      ended = true;
      return null;
    }
  }

  /** Waits until the next item is begun, or there is none. */
  @Override
  public boolean hasNext() {
    if (next == null) {
      try {
        next = begun.take();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
    return next != end;
  }

  /** Waits for the next result. */
  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    try {
      T result = next.get();
      next = null;
      room.release();
      return result;
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      Throwables.throwIfUnchecked(e.getCause());
      throw new IllegalStateException(e.getCause());
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted", e);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    threads.shutdownNow();
    Uninterruptibles.awaitTerminationUninterruptibly(threads);
    if (next != null) {
      begun.add(next);
      next = null;
    }
    whenClosed.run();
    begun.forEach(Ahead::discard);
    begun.clear();
  }

  private static void discard(CompletableFuture<?> result) {
    if (result.isDone()
        && !result.isCompletedExceptionally()
        && result.join() instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        Throwables.throwIfUnchecked(e);
        throw new IllegalStateException(e);
      }
    }
  }
}
