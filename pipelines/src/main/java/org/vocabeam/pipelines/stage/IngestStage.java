package org.vocabeam.pipelines.stage;

import java.util.Map;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.vocabeam.pipelines.inputs.ImageInput;
import org.vocabeam.pipelines.inputs.ImageReport;
import org.vocabeam.pipelines.inputs.Provenance;
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
    return StoreFiles.resolve(output, "images");
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
    ImageSource source = input.open();
    int files = input.files(source, 0);
    SourceContent content = source.content(images());
    Map<String, String> provenance = input.provenance(content.fingerprint(), files);
    if (!overwrite) {
      Provenance.refuseOtherContent(images(), input.input(), content);
    }
    WriteStore<ImageRecord> images =
        WriteStore.to(ImageRecord.TYPE, images())
            .withShards(files)
            .withRowGroupBytes(input.rowGroupBytes())
            .withProvenance(provenance);
    WriteStore<RejectedRecord> rejected =
        WriteStore.to(RejectedRecord.TYPE, StoreFiles.resolve(output, "rejected"))
            .withProvenance(provenance);
    Stage.writing(rejected, images)
        .existing(Stage.Existing.overwrite(overwrite))
        .beforeLastCommit(() -> content.write(images()))
        .run(
            runner,
            "ingest",
            pipeline -> {
              PCollectionTuple read = pipeline.apply(ReadImages.from(source, input.decode()));
              read.get(ReadImages.IMAGES).apply("WriteImages", images);
              read.get(ReadImages.REJECTED).apply("WriteRejected", rejected);
              read.get(ReadImages.STATISTICS).apply(WriteStatistics.to(images()));
            });
    return ImageReport.of(images(), ImageStatistics.read(images()));
  }
}
