package org.vocabeam.pipelines.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.ImageReport;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inspect.ContactSheet;
import org.vocabeam.pipelines.inspect.Picture;
import org.vocabeam.pipelines.inspect.Pictures;
import org.vocabeam.pipelines.inspect.RowSelection;
import org.vocabeam.pipelines.inspect.RowTable;
import org.vocabeam.pipelines.inspect.StoreSummary;
import org.vocabeam.pipelines.options.BeamArguments;
import org.vocabeam.pipelines.options.Sections;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The contents of a store. */
@Command(
    name = "inspect",
    header = "Shows what is in a store, and draws its pictures.",
    description =
        "Shows the type, rows, files, columns, provenance and first rows of any store,"
            + " one Parquet file, or a run of pretrain.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam inspect runs/photos/images --sheet=photos.png --count=100 --seed=1"
    })
public final class InspectCommand implements Callable<Integer> {
  private static final int NAMED_STORES = 6;

  /** By their columns, files of other engines are told to be one of these. */
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

  @Parameters(
      index = "0",
      paramLabel = "STORE",
      description = "Store, Parquet file, or run of pretrain (its newest checkpoint).")
  private String path;

  @Option(
      names = "--rows",
      order = Sections.ROWS,
      defaultValue = "5",
      paramLabel = "N",
      description = "Number of first rows to show.")
  private int rows;

  @Option(
      names = "--full",
      order = Sections.ROWS,
      description = "Shows every file, and long values whole.")
  private boolean full;

  @Option(
      names = "--sheet",
      order = Sections.SHEET,
      paramLabel = "FILE",
      description = "PNG file that gets pictures of the store, side by side.")
  private String sheet;

  @Option(
      names = "--count",
      order = Sections.SHEET,
      defaultValue = "64",
      paramLabel = "N",
      description = "Most rows on the sheet.")
  private int count;

  @Option(
      names = "--seed",
      order = Sections.SHEET,
      paramLabel = "N",
      description = "Draws the rows of the sheet at random. Default: the first rows.")
  private Long seed;

  @Option(
      names = "--label",
      order = Sections.SHEET,
      paramLabel = "LABEL",
      description = "Takes only rows with this label.")
  private String label;

  @Mixin private BeamArguments beam;

  @Override
  public Integer call() {
    if (rows < 0) {
      throw new UserError("rows is " + rows + ", must be at least 0");
    }
    RowSelection selection = new RowSelection(count, seed, label);
    beam.options().registerFileSystems();
    StoreContents store = open();
    String type = type(store);
    Pictures<?> pictures = sheet == null ? null : pictures(store, type);
    System.out.print(StoreSummary.of(store, type, full));
    if (type.equals(ImageRecord.TYPE.store()) && hasStatistics(store)) {
      System.out.printf("%n%s", ImageReport.of(store.path(), ImageStatistics.read(store.path())));
    }
    if (rows > 0 && store.manifest().rows() > 0) {
      List<String> columns = List.copyOf(store.footers().get(0).columns().keySet());
      System.out.printf("%nFirst rows:%n%s", RowTable.of(store.rowGroups(), columns, rows));
    }
    if (pictures != null) {
      draw(store, pictures, selection);
    }
    return 0;
  }

  private static Pictures<?> pictures(StoreContents store, String type) {
    return Pictures.ofStore(type)
        .orElseThrow(
            () ->
                new UserError(
                    String.format(
                        "%s has no pictures for --sheet; stores of %s have",
                        store.path(),
                        Pictures.KINDS.stream()
                            .map(kind -> kind.type().store())
                            .collect(Collectors.joining(", ")))));
  }

  private <T> void draw(StoreContents store, Pictures<T> pictures, RowSelection selection) {
    List<List<Picture>> drawn = new ArrayList<>();
    for (T row : selection.read(pictures.type(), store.rowGroups())) {
      drawn.add(pictures.of(row));
    }
    if (drawn.isEmpty()) {
      throw new UserError(store.path() + " has no rows, so there is nothing to draw");
    }
    String title =
        String.format("%s: %d of %d", store.path(), drawn.size(), store.manifest().rows());
    ContactSheet.write(ContactSheet.draw(title, drawn), sheet);
    System.out.printf("%nSheet:       %s (%d rows)%n", sheet, drawn.size());
  }

  /** The type that the store tells, or else the first whose columns it has. */
  private static String type(StoreContents store) {
    return store.type().isEmpty()
        ? TYPES.stream().filter(store::matches).map(RecordType::store).findFirst().orElse("")
        : store.type();
  }

  private static boolean hasStatistics(StoreContents store) {
    return !list(StoreFiles.resolve(store.path(), ImageStatistics.FILE)).isEmpty();
  }

  private static List<StoreFiles.Listed> list(String root) {
    try {
      return StoreFiles.list(root);
    } catch (IOException e) {
      throw new UserError("cannot read " + root + ": " + e.getMessage(), e);
    }
  }

  private StoreContents open() {
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
      return StoreContents.open(RunDirectory.newestCheckpoint(path), "checkpoint");
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
}
