package org.vocabeam.transforms.training;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Steps as they happen, for a driver that runs in the same JVM as its workers (embedded runners).
 * On a cluster nobody listens in the workers' JVMs, and {@link StepReport}s tell how far a round
 * is: Beam's counters reach a driver only when a worker has done its whole part.
 */
public final class TrainingProgress {
  private static final List<StepObserver> OBSERVERS = new CopyOnWriteArrayList<>();

  private TrainingProgress() {}

  /** Lets an observer take note of every step of this JVM. */
  public static void listen(StepObserver observer) {
    OBSERVERS.add(observer);
  }

  /** Ends what {@link #listen} began. */
  public static void ignore(StepObserver observer) {
    OBSERVERS.remove(observer);
  }

  static void stepped(StepReport step) {
    OBSERVERS.forEach(observer -> observer.stepped(step));
  }
}
