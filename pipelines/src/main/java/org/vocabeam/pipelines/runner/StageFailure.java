package org.vocabeam.pipelines.runner;

import com.google.common.base.Throwables;
import java.util.Arrays;
import java.util.Optional;

/**
 * Mark on the failure of a pipeline that tells which stage it was: suppressed there, because those
 * who catch the failure look at its own type.
 */
final class StageFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final String stage;

  private StageFailure(String stage) {
    super("stage " + stage, null, false, false);
    this.stage = stage;
  }

  /** Runs a pipeline, and marks what it throws. */
  static void mark(String stage, Runnable pipeline) {
    try {
      pipeline.run();
    } catch (RuntimeException | Error e) {
      e.addSuppressed(new StageFailure(stage));
      throw e;
    }
  }

  /** Returns the stage in which something was thrown, if it was in one. */
  static Optional<String> stage(Throwable thrown) {
    return Throwables.getCausalChain(thrown).stream()
        .flatMap(link -> Arrays.stream(link.getSuppressed()))
        .flatMap(
            mark ->
                mark instanceof StageFailure failure
                    ? Optional.of(failure.stage).stream()
                    : Optional.<String>empty().stream())
        .findFirst();
  }
}
