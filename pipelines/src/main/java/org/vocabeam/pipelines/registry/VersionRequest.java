package org.vocabeam.pipelines.registry;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Request for a version: {@code request.json}, written before the work on it begins.
 *
 * @param version its number
 * @param parent the version that was promoted then, which it is compared with; null without one
 * @param from {@code promoted} or {@code scratch}
 * @param increment of the data
 * @param images fingerprint of the images up to the increment
 * @param options options of the training and of the features, which decide whether two requests ask
 *     for the same model
 */
public record VersionRequest(
    int version,
    @Nullable Integer parent,
    String from,
    int increment,
    String images,
    List<String> options) {

  /**
   * Returns whether this asks for the same model of the same images, whatever the model that it is
   * compared with.
   */
  boolean asksForSame(int wantedIncrement, RetrainRequest wanted) {
    return increment == wantedIncrement
        && from.equals(wanted.from())
        && options.equals(wanted.options());
  }

  /** Returns whether training starts from the weights of the parent. */
  @JsonIgnore
  public boolean isFromParent() {
    return parent != null && from.equals(RetrainRequest.PROMOTED);
  }
}
