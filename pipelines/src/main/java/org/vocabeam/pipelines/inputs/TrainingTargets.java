package org.vocabeam.pipelines.inputs;

import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.targets.TargetRecord;

/**
 * Targets that a run's images were given before.
 *
 * @param directory directory of the store
 * @param fingerprint fingerprint of the store
 */
public record TrainingTargets(String directory, String fingerprint) {

  /**
   * Opens a targets store.
   *
   * @param directory directory of the store; null when none is given
   * @param method name of the method
   * @param words words of the targets that the method reads; 0 if it makes its own
   * @return null for a method that makes its own targets
   * @throws UserError when the store fits neither the method nor the images
   */
  public static @Nullable TrainingTargets open(
      @Nullable String directory, TrainingImages images, String method, int words) {
    if (words == 0) {
      if (directory != null) {
        throw new UserError(method + " makes its own targets; leave --targets out");
      }
      return null;
    }
    if (directory == null) {
      throw new UserError(
          method + " is trained on targets; give --targets, the store that assign wrote");
    }
    StoreReader<TargetRecord> store = StoreReader.open(TargetRecord.TYPE, directory);
    images.checkCompanion(directory, store.manifest());
    Provenance.refuseOther(
        directory,
        store.manifest(),
        Map.of(TargetRecord.WORDS, Integer.toString(words)),
        "give --words="
            + store.manifest().provenance().get(TargetRecord.WORDS)
            + ", or other --targets");
    return new TrainingTargets(directory, store.fingerprint());
  }
}
