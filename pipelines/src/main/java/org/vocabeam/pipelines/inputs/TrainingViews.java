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
 * Stored views that a run is trained on instead of rendering them. They do not decide its result,
 * because they are those that it would render.
 *
 * @param directory with a store for every epoch
 */
public record TrainingViews(String directory) {
  public static final String EPOCH = "epoch";

  private static final String SEED = "seed";
  private static final String VIEWS = "views";

  /** What decides the views that a recipe's run draws, as it stands in their provenance. */
  public static Map<String, String> provenance(Recipe recipe) {
    return Map.of(
        SEED, Long.toString(recipe.seed()), VIEWS, Methods.viewsToTree(recipe).toString());
  }

  /** Refuses views that are not those of the run, or not complete from one epoch to another. */
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
