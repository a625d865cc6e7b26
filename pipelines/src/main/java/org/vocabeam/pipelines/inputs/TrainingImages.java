package org.vocabeam.pipelines.inputs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.training.EpochPlan.Group;

/**
 * The images of a store that a run is trained on.
 *
 * @param split of them; null for all
 * @param groups the row groups of the store, with the number of such images in each
 * @param shards the number of such images in each file of the store
 * @param view whether the store shows the files of several others
 * @param fingerprint of the store
 */
public record TrainingImages(
    @Nullable String split,
    List<Group> groups,
    List<Long> shards,
    boolean view,
    ImageStatistics statistics,
    String fingerprint) {
  /** Name of all splits together. */
  static final String ALL = "all";

  /** Default of the split that is trained on. */
  public static final String TRAIN = "train";

  /** Default of the split that is predicted. */
  public static final String TEST = "test";

  /** Keys of the provenance of what is made of images. */
  public static final String IMAGES = "images";

  public static final String SPLIT = "split";

  /**
   * Opens an images store.
   *
   * @param split {@code all}, or the name of a split; a store without splits is taken whole
   */
  public static TrainingImages open(String directory, String split) {
    return open(directory, split, ImageStatistics.read(directory));
  }

  /** All images of a store that were chosen from others, with the statistics of all of those. */
  public static TrainingImages openChosen(String directory, TrainingImages from) {
    return open(directory, ALL, from.statistics());
  }

  private static TrainingImages open(String directory, String split, ImageStatistics statistics) {
    StoreReader<ImageRecord> store = StoreReader.open(ImageRecord.TYPE, directory);
    boolean whole = split.equals(ALL) || statistics.splits().containsKey(ImageRecord.NO_SPLIT);
    if (!whole && !statistics.splits().containsKey(split)) {
      throw new UserError(
          String.format(
              "split is %s, must be one of %s or all",
              split, String.join(", ", statistics.splits().keySet())));
    }
    String selected = whole ? null : split;
    List<Group> groups = new ArrayList<>();
    Map<String, Long> selectedOf = new LinkedHashMap<>();
    store.manifest().shards().forEach(shard -> selectedOf.put(shard.file(), 0L));
    List<RowGroup> rowGroups = store.rowGroups();
    List<Long> counts = selected(store, rowGroups, selected);
    for (int i = 0; i < counts.size(); i++) {
      RowGroup group = rowGroups.get(i);
      String file = store.nameOf(group);
      long count = counts.get(i);
      groups.add(new Group(group, file + "#" + group.index(), selectedOf.get(file), count));
      selectedOf.merge(file, count, Long::sum);
    }
    return new TrainingImages(
        selected,
        List.copyOf(groups),
        List.copyOf(selectedOf.values()),
        store.manifest().isView(),
        statistics,
        store.fingerprint());
  }

  /**
   * Refuses images that no store can have its rows in the order of.
   *
   * @param what is to have them
   */
  public void refuseView(String what) {
    if (view) {
      throw new UserError(
          "the images are several stores, and "
              + what
              + " need one; make it of them: ingest with --input, what is --images now, and another"
              + " --output");
    }
  }

  /** The split as it is named in provenance. */
  public String splitName() {
    return split == null ? ALL : split;
  }

  /**
   * Refuses a store that has not one row for each of these images in their order, as {@link
   * org.vocabeam.transforms.store.AlignedRows} needs it.
   */
  void checkCompanion(String directory, StoreManifest companion) {
    refuseView("targets and stored views");
    Provenance.refuseOther(
        directory,
        companion,
        Map.of(IMAGES, fingerprint, SPLIT, splitName()),
        "give the one that belongs to --images and --split, or make it again");
    List<Long> rows = companion.shards().stream().map(StoreManifest.Shard::rows).toList();
    if (rows.size() != shards.size()) {
      throw new UserError(
          String.format(
              "%s has %d files, the images %d, and must have as many, with its rows in the order of"
                  + " the images; make it again",
              directory, rows.size(), shards.size()));
    }
    if (!rows.equals(shards)) {
      throw new UserError(
          String.format(
              "%s has %s rows in its files, of the images %s are trained on; make it again",
              directory, rows, shards));
    }
  }

  private static List<Long> selected(
      StoreReader<ImageRecord> store, List<RowGroup> groups, @Nullable String split) {
    if (split == null) {
      return groups.stream().map(RowGroup::rows).toList();
    }
    try {
      return store.tallies("split").stream().map(of -> of.getOrDefault(split, 0L)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The row groups of the store. */
  public List<RowGroup> rowGroups() {
    return groups.stream().map(Group::rows).toList();
  }

  public long count() {
    return groups.stream().mapToLong(Group::selected).sum();
  }

  /** What a preset is asked for, for these images. */
  public Task task(long steps, long seed) {
    if (statistics.minWidth() != statistics.maxWidth()
        || statistics.minHeight() != statistics.maxHeight()) {
      throw new UserError(
          String.format(
              "the images are %d to %d pixels wide and %d to %d high, must all have one size;"
                  + " ingest them with --resize",
              statistics.minWidth(),
              statistics.maxWidth(),
              statistics.minHeight(),
              statistics.maxHeight()));
    }
    ImageShape shape =
        new ImageShape(statistics.minHeight(), statistics.minWidth(), statistics.channels());
    Normalisation normalisation =
        new Normalisation(floats(statistics.mean()), floats(statistics.std()));
    return new Task(shape, normalisation, count(), steps, seed);
  }

  private static float[] floats(List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return floats;
  }
}
