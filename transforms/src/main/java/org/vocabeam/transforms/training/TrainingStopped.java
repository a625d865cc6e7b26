package org.vocabeam.transforms.training;

import com.google.common.base.Throwables;
import java.util.Optional;
import org.vocabeam.models.UserError;

/**
 * The end of a run whose loss is not a number or whose embeddings have collapsed. The same run
 * would end in the same way again; the checkpoint before the round is kept.
 */
public final class TrainingStopped extends UserError {
  private static final long serialVersionUID = 1L;

  public TrainingStopped(String message) {
    super(message);
  }

  /** Returns the end of a run that is the reason of a failure. */
  public static Optional<TrainingStopped> in(Throwable failure) {
    return Throwables.getCausalChain(failure).stream()
        .filter(TrainingStopped.class::isInstance)
        .map(TrainingStopped.class::cast)
        .findFirst();
  }
}
