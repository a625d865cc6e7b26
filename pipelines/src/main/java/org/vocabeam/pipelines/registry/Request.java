package org.vocabeam.pipelines.registry;

import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a version is to be made of: {@code request.json}, written before the work on it begins.
 *
 * @param version its number
 * @param parent the version that was promoted then, which it is compared with; null without one
 * @param from {@code promoted} or {@code scratch}
 * @param increment of the data
 * @param images fingerprint of the images up to it
 * @param options of the commands, as they were given
 */
public record Request(
    int version,
    @Nullable Integer parent,
    String from,
    int increment,
    String images,
    List<String> options) {

  /** Whether it asks for the same model of the same images, whatever the model compared with. */
  public boolean sameModel(int ofIncrement, String ofFrom, List<String> ofOptions) {
    return increment == ofIncrement && from.equals(ofFrom) && options.equals(ofOptions);
  }
}
