package org.vocabeam.transforms.training;

import java.util.List;

/** Takes note of training steps. */
@FunctionalInterface
public interface StepObserver {
  /** Takes note of a step that a replica has taken. */
  void stepped(StepReport step);

  /** Returns an observer that hands every step to several, in their order. */
  static StepObserver each(List<StepObserver> observers) {
    return step -> observers.forEach(observer -> observer.stepped(step));
  }
}
