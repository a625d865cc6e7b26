package org.vocabeam.pipelines.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.ImageInput;
import org.vocabeam.pipelines.inputs.ImageReport;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RejectedFiles;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.RejectedRecord;
import org.vocabeam.transforms.ingest.ReadImages;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.source.SourceContent;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.statistics.WriteStatistics;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

/**
 * Images of an input: the stores {@code images} and {@code rejected}.
 *
 * <pre>{@code
 * System.out.print(IngestStage.of(ImageInput.of("photos"), "runs/photos").run(runner));
 * }</pre>
 *
 * @param input images, and how they are read and stored
 * @param output directory of the stores
 * @param overwrite replaces stores that are there
 */
public record IngestStage(ImageInput input, String output, boolean overwrite)
    implements Request<String> {

  /** Returns a stage that keeps the same stores and refuses others. */
  public static IngestStage of(ImageInput input, String output) {
    return new IngestStage(input, output, false);
  }

  /** Returns the directory of the images store. */
  public String images() {
    return images(output);
  }

  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("ingest")
        .with(input.options())
        .with("output", output)
        .flag("overwrite", overwrite)
        .with(runner.argumentsWithoutDevice());
  }

  /** Writes the stores unless they are there, and returns a report on the images. */
  @Override
  public String run(Runner runner) {
    refuseOwnInput(input.input(), output);
    ImageSource source = input.open();
    int files = input.files(source, 0);
    SourceContent content = source.content(images());
    Map<String, String> provenance = input.provenance(content.fingerprint(), files);
    if (!overwrite) {
      Provenance.refuseOtherContent(images(), input.input(), content);
    }
    // A store that is there is replaced when the new one is complete, and stays if it fails.
    boolean replaces = overwrite && StoreReader.isComplete(images());
    String place = replaces ? StoreFiles.resolve(output, "replacement") : output;
    WriteStore<ImageRecord> images =
        WriteStore.to(ImageRecord.TYPE, images(place))
            .withShards(files)
            .withRowGroupBytes(input.rowGroupBytes())
            .withProvenance(provenance);
    WriteStore<RejectedRecord> rejected =
        WriteStore.to(RejectedRecord.TYPE, rejected(place)).withProvenance(provenance);
    Stage.writing(rejected, images)
        .existing(Stage.Existing.overwrite(overwrite))
        .beforeLastCommit(
            () -> {
              refuseNothing(source.kind(), place);
              input.refuseLost(ImageStatistics.read(images(place)), rejected(place));
              content.write(images(place));
            })
        .run(
            runner,
            "ingest",
            pipeline -> {
              PCollectionTuple read = pipeline.apply(ReadImages.from(source, input.decode()));
              read.get(ReadImages.IMAGES).apply("WriteImages", images);
              read.get(ReadImages.REJECTED).apply("WriteRejected", rejected);
              read.get(ReadImages.STATISTICS).apply(WriteStatistics.to(images.directory()));
            });
    if (replaces) {
      rejected.moveTo(rejected(output));
      images.moveTo(images());
      removeEmpty(place);
    }
    return report();
  }

  private static void removeEmpty(String directory) {
    try {
      StoreFiles.deleteEmptyDirectory(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String report() {
    ImageStatistics statistics = ImageStatistics.read(images());
    long rejected = statistics.rejected().values().stream().mapToLong(Long::longValue).sum();
    return ImageReport.of(images(), statistics)
        + (rejected == 0
            ? ""
            : RejectedFiles.read(rejected(output)).warning(statistics.images(), rejected(output)))
        + String.format(
            "Next:      ./vocabeam inspect %s --page=%s%n",
            images(), StoreFiles.resolve(output, "images.html"));
  }

  /** Refuses to complete a store without an image, which other commands would take for good. */
  private void refuseNothing(String kind, String place) {
    ImageStatistics statistics = ImageStatistics.read(images(place));
    if (statistics.images() == 0) {
      throw RejectedFiles.read(rejected(place))
          .nothingTaken(input.input() + " (" + kind + ")", statistics.unread(), rejected(place));
    }
  }

  /** Refuses an input that a command would replace by what it makes of it. */
  private static void refuseOwnInput(String input, String output) {
    String path = input.replaceAll("/+$", "");
    if (path.equals(images(output)) || path.equals(rejected(output))) {
      throw new UserError(
          String.format(
              "--input is %s, which --output=%s would replace; give another --output",
              input, output));
    }
  }

  private static String images(String output) {
    return StoreFiles.resolve(output, "images");
  }

  private static String rejected(String output) {
    return StoreFiles.resolve(output, "rejected");
  }
}
