package org.vocabeam.pipelines.command;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.ImageReport;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.options.IngestArguments;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.registry.Growing;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.RejectedRecord;
import org.vocabeam.transforms.ingest.ReadImages;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.statistics.WriteStatistics;
import org.vocabeam.transforms.store.WriteStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the images store that every other stage reads. */
@Command(
    name = "ingest",
    description = {
      "Reads images from a folder (split/label/file, label/file or flat), a tar, gzipped IDX files,"
          + " Parquet or an images store, checks each, and writes the stores OUTPUT/images and OUTPUT/rejected.",
      "The same command again finds its store and does nothing."
    },
    footer = {
      "",
      "Example: ./vocabeam ingest --input=photos --output=runs/photos --resize=64 --colour=rgb",
      "The next day: ./vocabeam ingest --grow with the same options adds what is new"
    })
public final class IngestCommand implements Callable<Integer> {
  @Mixin private IngestArguments arguments;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where the stores images and rejected go.")
  private String output;

  @Option(names = "--overwrite", description = "Replace the stores that are there.")
  private boolean overwrite;

  @Option(
      names = "--grow",
      description = {
        "OUTPUT grows by what is new in the input since the last time, by content and not by name:"
            + " OUTPUT/increment-N/images is a store of all images so far. What the input has no"
            + " longer stays."
      })
  private boolean grow;

  @Mixin private RunnerArguments pipelines;

  @Override
  public Integer call() throws IOException {
    if (grow && overwrite) {
      throw new UserError("--grow keeps what is there, and --overwrite replaces it; give one");
    }
    if (grow) {
      pipelines.runner().options("ingest");
      new Growing(arguments, output).run(pipelines.runner());
      return 0;
    }
    Pipeline pipeline = pipelines.runner().create("ingest");
    ImageSource source = arguments.open();
    String directory = output + "/images";
    int files = arguments.files(source, 0);
    Map<String, String> provenance = arguments.provenance(source, files);
    if (overwrite || !Provenance.isThere(directory, provenance)) {
      write(pipeline, source, images(directory, files, provenance), provenance);
    }
    System.out.print(ImageReport.of(directory, ImageStatistics.read(directory)));
    return 0;
  }

  private WriteStore<ImageRecord> images(
      String directory, int files, Map<String, String> provenance) {
    return WriteStore.to(ImageRecord.TYPE, directory)
        .withShards(files)
        .withRowGroupBytes(arguments.rowGroupBytes())
        .withProvenance(provenance);
  }

  private void write(
      Pipeline pipeline,
      ImageSource source,
      WriteStore<ImageRecord> images,
      Map<String, String> provenance)
      throws IOException {
    WriteStore<RejectedRecord> rejected =
        WriteStore.to(RejectedRecord.TYPE, output + "/rejected").withProvenance(provenance);
    images.prepare(overwrite);
    // Complete without its images store, it is what an interrupted run left.
    rejected.prepare(true);
    PCollectionTuple read = pipeline.apply(ReadImages.from(source, arguments.decode()));
    read.get(ReadImages.IMAGES).apply("WriteImages", images);
    read.get(ReadImages.REJECTED).apply("WriteRejected", rejected);
    read.get(ReadImages.STATISTICS).apply(WriteStatistics.to(output + "/images"));
    pipelines.runner().run(pipeline);
    rejected.commit();
    // The images last: with them the whole is complete.
    images.commit();
  }
}
