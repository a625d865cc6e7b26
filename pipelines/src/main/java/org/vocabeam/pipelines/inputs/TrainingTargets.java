package org.vocabeam.pipelines.inputs;

import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.targets.TargetRecord;

/**
 * The targets that a run's images were given before.
 *
 * @param directory of the store
 * @param fingerprint of the store
 */
public record TrainingTargets(String directory, String fingerprint) {

  /**
   * Opens a targets store.
   *
   * @param directory null when none is given
   * @param method its name
   * @param words of the targets that the method is fed with; 0 if it makes its own
   * @return null for a method that makes its own targets
   * @throws UserError when the method and the images do not want this store
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
