package org.vocabeam.transforms.training;

import java.io.Serializable;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.ViewSource;

/**
 * Task of one replica in a round. Its result is a function of this record, the checkpoint and the
 * images alone.
 *
 * @param recipe of the run
 * @param start of the round, at step 0 in another run, whose optimizer is left behind; null for the
 *     first values
 * @param firstStep steps of the run before this round
 * @param steps of this round
 * @param split of the images to train on; null for all
 * @param targets directory of the targets of the same images; null for a method that makes its own
 * @param views directory of the stored views of the images by epoch; null to render them
 * @param windows of the images that the replica sees, in order
 */
public record Assignment(
    Recipe recipe,
    @Nullable Start start,
    int replica,
    long firstStep,
    long steps,
    @Nullable String split,
    @Nullable String targets,
    @Nullable String views,
    List<EpochPlan.Window> windows)
    implements Serializable {

  /** Returns the source of the views of a step. */
  ViewSource source() {
    return views == null ? ViewSource.IMAGES : ViewSource.STORED;
  }
}
