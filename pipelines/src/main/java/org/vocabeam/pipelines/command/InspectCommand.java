package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.ImageReport;
import org.vocabeam.pipelines.inspect.ContactSheet;
import org.vocabeam.pipelines.inspect.ImagesPage;
import org.vocabeam.pipelines.inspect.InspectedStore;
import org.vocabeam.pipelines.inspect.Pictures;
import org.vocabeam.pipelines.inspect.RowSelection;
import org.vocabeam.pipelines.inspect.StoreSummary;
import org.vocabeam.pipelines.options.BeamArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreContents;
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
      "  ./vocabeam inspect runs/photos/images --sheet=photos.png --count=100 --seed=1",
      "  ./vocabeam inspect runs/photos/images --page=photos.html"
    })
public final class InspectCommand implements Callable<Integer> {
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
      names = "--page",
      order = Sections.SHEET,
      paramLabel = "FILE",
      description =
          "HTML file that gets a page on a store of images: sizes, labels, splits, copies, what was"
              + " rejected, and some images.")
  private String page;

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
      throw new UserError("--rows is " + rows + ", must be at least 0");
    }
    RowSelection selection = new RowSelection(count, seed, label);
    beam.options().registerFileSystems();
    InspectedStore store = InspectedStore.open(path);
    StoreContents contents = store.contents();
    if (page != null) {
      ImagesPage.check(store);
    }
    Pictures<?> pictures = sheet == null ? null : store.pictures();
    System.out.print(StoreSummary.of(contents, store.type(), full));
    if (store.hasStatistics()) {
      System.out.printf(
          "%n%s", ImageReport.of(contents.path(), ImageStatistics.read(contents.path())));
    }
    if (rows > 0 && contents.manifest().rows() > 0) {
      System.out.printf("%nFirst rows:%n%s", store.firstRows(rows));
    }
    if (pictures != null) {
      int drawn = ContactSheet.draw(contents, pictures, selection, sheet);
      System.out.printf("%nSheet:       %s (%d rows)%n", sheet, drawn);
    }
    if (page != null) {
      ImagesPage.write(store, page);
      System.out.printf("%nPage:        %s%n", page);
    }
    return 0;
  }
}
