package org.vocabeam.transforms.training;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Steps as they happen, for a driver that runs in the same JVM as its workers (embedded runners).
 * On a cluster nobody listens in the workers' JVMs, and {@link StepReport}s tell how far a round
 * is: Beam's counters reach a driver only when a worker has done its whole part.
 */
public final class TrainingProgress {
  private static final List<Listener> LISTENERS = new CopyOnWriteArrayList<>();

  private TrainingProgress() {}

  /** Told of every step. */
  public interface Listener {
    /**
     * A replica has taken a step.
     *
     * @param names of the metrics, the loss first
     * @param values in the same order
     */
    void stepped(int replica, long step, List<String> names, float[] values);
  }

  public static void listen(Listener listener) {
    LISTENERS.add(listener);
  }

  public static void ignore(Listener listener) {
    LISTENERS.remove(listener);
  }

  static void stepped(int replica, long step, List<String> names, float[] values) {
    for (Listener listener : LISTENERS) {
      listener.stepped(replica, step, names, values);
    }
  }
}
