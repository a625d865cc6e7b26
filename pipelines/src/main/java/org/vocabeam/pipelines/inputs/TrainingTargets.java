package org.vocabeam.pipelines.inputs;

import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.labels.Distillation;
import org.vocabeam.models.labels.Distillation.Objective;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.MapRecord;
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
   * Opens what a teacher has for every image of a store.
   *
   * @param directory directory of the store, of maps or of embeddings
   * @param method distillation that is trained on it
   * @param images images of the store that are trained on
   * @throws UserError when the store has other images
   */
  public static TrainingTargets ofTeacher(
      String directory, Distillation method, TrainingImages images) {
    StoreReader<?> store =
        method.objective() == Objective.PATCHES
            ? StoreReader.open(MapRecord.TYPE, directory)
            : StoreReader.open(EmbeddingRecord.TYPE, directory);
    images.checkOfEveryImage(directory, store.manifest());
    return new TrainingTargets(directory, store.fingerprint());
  }

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
