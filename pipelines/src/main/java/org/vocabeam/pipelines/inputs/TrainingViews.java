package org.vocabeam.pipelines.inputs;

import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.views.ViewsRecord;

/**
 * Stored views that a run is trained on instead of rendering them. They do not change its result,
 * because the run would render the same.
 *
 * @param directory directory with a store for every epoch
 */
public record TrainingViews(String directory) {
  /** Key of the epoch in the provenance of views. */
  public static final String EPOCH = "epoch";

  private static final String SEED = "seed";
  private static final String VIEWS = "views";

  /** Returns what decides the views of a recipe's run: entries of their provenance. */
  public static Map<String, String> provenance(Recipe recipe) {
    return Map.of(
        SEED, Long.toString(recipe.seed()), VIEWS, Methods.viewsToTree(recipe).toString());
  }

  /**
   * Checks that the views are those of the run.
   *
   * @param first first epoch that the run needs
   * @param last last epoch that the run needs
   * @throws UserError when an epoch is missing or was made otherwise
   */
  public void check(long first, long last, TrainingImages images, Recipe recipe) {
    for (long epoch = first; epoch <= last; epoch++) {
      String store = ViewsRecord.directory(directory, epoch);
      if (!StoreReader.isComplete(store)) {
        throw new UserError(
            String.format(
                "%s has no complete views of epoch %d, and the run needs epochs %d to %d; make"
                    + " them with augment --epochs=%d-%d",
                directory, epoch, first, last, epoch, last));
      }
      StoreManifest manifest = StoreReader.open(ViewsRecord.TYPE, store).manifest();
      images.checkCompanion(store, manifest);
      Map<String, String> wanted = new TreeMap<>(provenance(recipe));
      wanted.put(EPOCH, Long.toString(epoch));
      Provenance.refuseOther(
          store, manifest, wanted, "give the same options as to augment, or make the views again");
    }
  }
}
