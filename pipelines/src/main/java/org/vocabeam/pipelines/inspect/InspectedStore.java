package org.vocabeam.pipelines.inspect;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.codebook.CodebookRecord;
import org.vocabeam.transforms.codebook.DescriptorRecord;
import org.vocabeam.transforms.evaluation.ComparisonRecord;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.RejectedRecord;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreContents;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.targets.TargetRecord;
import org.vocabeam.transforms.teacher.PatchRecord;
import org.vocabeam.transforms.training.StepMetric;
import org.vocabeam.transforms.views.ViewsRecord;

/**
 * A store that is looked at, and its type.
 *
 * <pre>{@code
 * InspectedStore store = InspectedStore.open("runs/photos/images");
 * System.out.print(StoreSummary.of(store.contents(), store.type(), false));
 * }</pre>
 *
 * @param type name of the store's type, or empty if it is none of Vocabeam's
 */
public record InspectedStore(StoreContents contents, String type) {
  private static final int NAMED_STORES = 6;

  /** Types that files of other engines may have, by their columns. */
  private static final List<RecordType<?>> TYPES =
      List.of(
          ImageRecord.TYPE,
          ViewsRecord.TYPE,
          DescriptorRecord.TYPE,
          CodebookRecord.TYPE,
          TargetRecord.TYPE,
          EmbeddingRecord.TYPE,
          VariableChunk.TYPE,
          StepMetric.TYPE,
          MetricRecord.TYPE,
          ComparisonRecord.TYPE,
          PatchRecord.TYPE,
          RejectedRecord.TYPE);

  /**
   * Opens a store, a Parquet file, or the newest checkpoint of a run.
   *
   * @throws UserError if there is none of them at the path; names the stores below it
   */
  public static InspectedStore open(String path) {
    StoreContents contents = contents(path);
    String type =
        contents.type().isEmpty()
            ? TYPES.stream().filter(contents::matches).map(RecordType::store).findFirst().orElse("")
            : contents.type();
    return new InspectedStore(contents, type);
  }

  private static StoreContents contents(String path) {
    if (StoreReader.isComplete(path)) {
      return StoreContents.open(path, "store");
    }
    List<StoreFiles.Listed> files = list(path);
    if (files.isEmpty()) {
      throw new UserError(
          path + " is empty or not there; give a store, a Parquet file or a run of pretrain");
    }
    if (StoreFiles.isFile(path, files)) {
      return StoreContents.ofFile(path);
    }
    if (files.stream().anyMatch(file -> file.name().startsWith("checkpoints/"))) {
      return StoreContents.open(RunDirectory.checkpointOf(path), "checkpoint");
    }
    List<String> stores =
        files.stream()
            .map(StoreFiles.Listed::name)
            .filter(name -> name.endsWith("/" + StoreManifest.FILE))
            .map(name -> name.substring(0, name.length() - StoreManifest.FILE.length() - 1))
            .toList();
    if (!stores.isEmpty()) {
      throw new UserError(
          String.format(
              "%s is no store, but holds some: %s%s",
              path,
              stores.stream().limit(NAMED_STORES).collect(Collectors.joining(", ")),
              stores.size() > NAMED_STORES
                  ? ", and " + (stores.size() - NAMED_STORES) + " more"
                  : ""));
    }
    return StoreContents.open(path, "store");
  }

  private static List<StoreFiles.Listed> list(String root) {
    try {
      return StoreFiles.list(root);
    } catch (IOException e) {
      throw new UserError("cannot read " + root + ": " + e.getMessage(), e);
    }
  }

  /** Returns true for an images store with its statistics. */
  public boolean hasStatistics() {
    return type.equals(ImageRecord.TYPE.store())
        && !list(StoreFiles.resolve(contents.path(), ImageStatistics.FILE)).isEmpty();
  }

  /**
   * Returns the way in which rows are shown as pictures.
   *
   * @throws UserError if stores of this type have no pictures
   */
  public Pictures<?> pictures() {
    return Pictures.ofStore(type)
        .orElseThrow(
            () ->
                new UserError(
                    String.format(
                        "%s has no pictures for --sheet; stores of %s have",
                        contents.path(),
                        Pictures.KINDS.stream()
                            .map(kind -> kind.type().store())
                            .collect(Collectors.joining(", ")))));
  }

  /** Returns the first rows as a table, a line each. */
  public String firstRows(int count) {
    List<String> columns = List.copyOf(contents.footers().get(0).columns().keySet());
    return RowTable.of(contents.rowGroups(), columns, count);
  }
}
