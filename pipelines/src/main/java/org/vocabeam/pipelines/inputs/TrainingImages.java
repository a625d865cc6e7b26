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
import org.vocabeam.models.training.Settings;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.training.EpochPlan.Group;

/**
 * Images of a store that a run is trained on.
 *
 * <pre>{@code
 * TrainingImages images = TrainingImages.open("runs/images", TrainingImages.TRAIN);
 * }</pre>
 *
 * @param split split of the images; null for all
 * @param groups row groups of the store, with the number of such images in each
 * @param shards number of such images in each file of the store
 * @param view true if the store shows the files of several others
 * @param statistics statistics of the whole store
 * @param fingerprint fingerprint of the store
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

  /** Key of the images' fingerprint in the provenance of what is made of them. */
  public static final String IMAGES = "images";

  /** Key of the split in the same provenance. */
  public static final String SPLIT = "split";

  /**
   * Opens an images store.
   *
   * @param split {@code all}, or the name of a split; a store without splits is taken whole
   * @throws UserError when the store has no such split
   */
  public static TrainingImages open(String directory, String split) {
    ImageStatistics statistics = ImageStatistics.read(directory);
    if (statistics.images() == 0) {
      throw noImage(directory);
    }
    return open(directory, split, statistics);
  }

  /**
   * Opens an images store that has an image.
   *
   * @throws UserError when it has none
   */
  public static StoreReader<ImageRecord> openStore(String directory) {
    StoreReader<ImageRecord> store = StoreReader.open(ImageRecord.TYPE, directory);
    if (store.manifest().rows() == 0) {
      throw noImage(directory);
    }
    return store;
  }

  /** Returns the error of a store without images. */
  public static UserError noImage(String directory) {
    return new UserError(
        String.format(
            "there is no image in %s; ./vocabeam inspect %s shows why, then ingest again",
            directory, StoreFiles.resolve(directory, "../rejected")));
  }

  /**
   * Opens all images of a store that were chosen from others, with the statistics of the others.
   */
  public static TrainingImages openChosen(String directory, TrainingImages from) {
    return open(directory, ALL, from.statistics());
  }

  private static TrainingImages open(String directory, String split, ImageStatistics statistics) {
    StoreReader<ImageRecord> store = StoreReader.open(ImageRecord.TYPE, directory);
    if (statistics.images() == 0) {
      throw noImage(directory);
    }
    boolean whole = split.equals(ALL) || statistics.splits().containsKey(ImageRecord.NO_SPLIT);
    if (!whole && !statistics.splits().containsKey(split)) {
      throw new UserError(
          String.format(
              "split is %s, must be one of %s or all",
              split, String.join(", ", statistics.splits().keySet())));
    }
    String selected = whole ? null : split;
    List<Group> groups = new ArrayList<>();
    Map<String, Long> selectedByFile = new LinkedHashMap<>();
    store.manifest().shards().forEach(shard -> selectedByFile.put(shard.file(), 0L));
    List<RowGroup> rowGroups = store.rowGroups();
    List<Long> counts = selected(store, rowGroups, selected);
    for (int i = 0; i < counts.size(); i++) {
      RowGroup group = rowGroups.get(i);
      String file = store.nameOf(group);
      long count = counts.get(i);
      groups.add(new Group(group, file + "#" + group.index(), selectedByFile.get(file), count));
      selectedByFile.merge(file, count, Long::sum);
    }
    return new TrainingImages(
        selected,
        List.copyOf(groups),
        List.copyOf(selectedByFile.values()),
        store.manifest().isView(),
        statistics,
        store.fingerprint());
  }

  /**
   * Refuses a view of several stores, because no single store has its rows in their order.
   *
   * @param what rows that need the order, for the message
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

  /** Returns the split as provenance and options name it. */
  public String splitName() {
    return split == null ? ALL : split;
  }

  /**
   * Refuses a store without exactly one row for each of these images in their order, which {@link
   * org.vocabeam.transforms.store.AlignedRows} needs.
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

  /** Refuses a store without a row for every image of this store, file by file. */
  void checkOfEveryImage(String directory, StoreManifest companion) {
    Provenance.refuseOther(
        directory, companion, Map.of(IMAGES, fingerprint), "give the one of --images, or another");
    if (companion.shards().size() != shards.size()) {
      throw new UserError(
          String.format(
              "%s has %d files, the images %d, and must have as many; make it again",
              directory, companion.shards().size(), shards.size()));
    }
  }

  private static List<Long> selected(
      StoreReader<ImageRecord> store, List<RowGroup> groups, @Nullable String split) {
    if (split == null) {
      return groups.stream().map(RowGroup::rows).toList();
    }
    try {
      return store.tallies("split").stream().map(tally -> tally.getOrDefault(split, 0L)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the row groups of the store. */
  public List<RowGroup> rowGroups() {
    return groups.stream().map(Group::rows).toList();
  }

  /** Returns the number of images. */
  public long count() {
    return groups.stream().mapToLong(Group::selected).sum();
  }

  /** Returns the mean size of a row of the store in memory, in bytes, encoded as it is stored. */
  public long bytesPerImage() {
    long bytes = groups.stream().mapToLong(group -> group.rows().bytes()).sum();
    long rows = groups.stream().mapToLong(group -> group.rows().rows()).sum();
    return rows == 0 ? 0 : bytes / rows;
  }

  /** Returns whether all images of the store have the same height and width. */
  public boolean haveOneShape() {
    return statistics.minWidth() == statistics.maxWidth()
        && statistics.minHeight() == statistics.maxHeight();
  }

  /**
   * Returns the task that a recipe is made for: images of one shape are shown in it, others as
   * squares of the usual side of the settings.
   *
   * @param steps steps of the whole run
   */
  public Task task(Settings settings, long steps, long seed) {
    int height = haveOneShape() ? statistics.minHeight() : settings.side();
    int width = haveOneShape() ? statistics.minWidth() : settings.side();
    ImageShape shape = new ImageShape(height, width, statistics.channels());
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
