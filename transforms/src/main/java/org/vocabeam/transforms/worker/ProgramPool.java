package org.vocabeam.transforms.worker;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Loaded programs of this JVM. Authoring and loading a program takes a second or more, so a worker
 * keeps its program for the next round or iteration:
 *
 * <pre>{@code
 * try (ProgramPool.Lease<Trainer> lease = ProgramPool.lease(new TrainerProgram(recipe, device))) {
 *   Trainer trainer = lease.program();
 *   trainer.setState(state);
 *   trainer.step(0, batch);
 * }
 * }</pre>
 *
 * <p>A program is handed on with whatever state it has: whoever leases it sets its state first.
 */
public final class ProgramPool {
  private static final ListMultimap<Program<?>, AutoCloseable> IDLE = ArrayListMultimap.create();

  /**
   * A program that can be loaded; equal ones can take each other's place.
   *
   * @param <P> type of the loaded program
   */
  public interface Program<P extends AutoCloseable> {
    /** Loads the program. */
    P load();

    /** Returns the work that the program is loaded for; those of one work stay side by side. */
    default Object work() {
      return this;
    }
  }

  /** A loaded program for one user at a time; closing gives it back. */
  public static final class Lease<P extends AutoCloseable> implements AutoCloseable {
    private final Program<P> key;
    private @Nullable P program;

    private Lease(Program<P> key, P program) {
      this.key = key;
      this.program = program;
    }

    /**
     * Returns the program, which must not be closed.
     *
     * @throws IllegalStateException when it was given back
     */
    public P program() {
      if (program == null) {
        throw new IllegalStateException("the lease of " + key + " has ended");
      }
      return program;
    }

    @Override
    public void close() {
      if (program != null) {
        synchronized (IDLE) {
          IDLE.put(key, program);
        }
        program = null;
      }
    }
  }

  private ProgramPool() {}

  /** Leases an idle program, or loads one. */
  public static <P extends AutoCloseable> Lease<P> lease(Program<P> key) {
    synchronized (IDLE) {
      if (IDLE.containsKey(key)) {
        @SuppressWarnings("unchecked") // a lease puts what its own key has loaded
        P idle = (P) IDLE.get(key).remove(0);
        return new Lease<>(key, idle);
      }
      // A worker does one kind of work at a time: programs of others only hold memory.
      List<Program<?>> others =
          IDLE.keySet().stream().filter(other -> !other.work().equals(key.work())).toList();
      others.forEach(other -> IDLE.removeAll(other).forEach(ProgramPool::close));
    }
    return new Lease<>(key, key.load());
  }

  private static void close(AutoCloseable program) {
    try {
      program.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
