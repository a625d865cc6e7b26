package org.vocabeam.pipelines.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.datasets.PhotoId;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.runner.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The colour benchmark Photo-ID, as an image folder. */
@Command(
    name = "prepare-photo-id",
    header = "Makes Photo-ID, a small colour benchmark of real photos.",
    description =
        "Cuts crops of 32 x 32 pixels from the photos of three Debian packages (74 MB),"
            + " into an image folder split/photo/crop.png that ingest reads.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam prepare-photo-id --output=data/photo-id",
      "  ./vocabeam ingest --input=data/photo-id --output=runs/photo-id"
    })
public final class PreparePhotoIdCommand implements Callable<Integer> {
  private static final int PHOTOS = 31;

  @Option(
      names = "--output",
      order = Sections.OUTPUT,
      paramLabel = "DIR",
      defaultValue = "data/photo-id",
      description = "Folder to make; must not exist.")
  private Path output;

  @Override
  public Integer call() {
    PhotoId.Counts counts;
    try (Progress progress = Progress.start("Photo-ID", 0, PHOTOS)) {
      counts = PhotoId.prepare(output, progress::stepTo);
    }
    System.out.printf(
        "%s: %d photos, %d crops for training, %d for test%n",
        output, counts.photos(), counts.train(), counts.test());
    return 0;
  }
}
