package org.vocabeam.pipelines.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.vocabeam.pipelines.inputs.ImageInput;
import org.vocabeam.pipelines.inputs.ImageReport;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RejectedFiles;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.RejectedRecord;
import org.vocabeam.transforms.ingest.ContentRecord;
import org.vocabeam.transforms.ingest.Growth;
import org.vocabeam.transforms.ingest.ImageIncrements;
import org.vocabeam.transforms.ingest.ReadImages;
import org.vocabeam.transforms.ingest.WriteGrowth;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.StoreView;
import org.vocabeam.transforms.store.WriteStore;

/**
 * An increment of an images store that grows: what an input has that the store does not have.
 *
 * <pre>{@code
 * System.out.print(new GrowStage(ImageInput.of("photos"), "runs/photos").run(runner));
 * }</pre>
 *
 * @param input images, and how they are read and stored
 * @param output directory of the increments
 */
public record GrowStage(ImageInput input, String output) implements Request<String> {

  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("ingest")
        .with(input.options())
        .flag("grow", true)
        .with("output", output)
        .with(runner.argumentsWithoutDevice());
  }

  /** Adds an increment if there is something new, and returns a report on the images. */
  @Override
  public String run(Runner runner) {
    try {
      return grow(runner);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String grow(Runner runner) throws IOException {
    ImageIncrements increments = new ImageIncrements(output);
    int before = increments.count();
    long stored = before == 0 ? 0 : stored(increments.images(before));
    ImageSource source = input.open();
    int number = before + 1;
    long added = write(runner, source, increments, number, input.files(source, stored));
    Growth growth = Growth.read(increments.images(number));
    ImageStatistics statistics = ImageStatistics.read(increments.images(number));
    RejectedFiles rejected = RejectedFiles.read(increments.rejected(number));
    if (added == 0) {
      discard(increments, number);
      if (before == 0) {
        throw rejected.nothingTaken(
            input.input() + " (" + source.kind() + ")", statistics.unread(), "");
      }
    } else {
      complete(increments, number);
    }
    int newest = added == 0 ? before : number;
    return ImageReport.of(increments.images(newest), statistics)
        + ImageReport.of(newest, added, growth)
        + rejected.warning(added + growth.known() + growth.copies(), increments.rejected(number));
  }

  /** Returns the number of stored images; refuses a store that began with other options. */
  private long stored(String images) {
    StoreManifest manifest = StoreReader.open(ImageRecord.TYPE, images).manifest();
    Provenance.refuseOther(
        images,
        manifest,
        input.reading(),
        "a store grows by the options that it began with: give them, or another --output");
    return manifest.rows();
  }

  /** Writes the stores of an increment, and returns the number of new images. */
  private long write(
      Runner runner, ImageSource source, ImageIncrements increments, int number, int files) {
    // Its input is not compared with anything: what is new is found by content.
    Map<String, String> provenance = input.provenance("", files);
    provenance.put("increment", Integer.toString(number));
    WriteStore<ImageRecord> images =
        WriteStore.to(ImageRecord.TYPE, increments.added(number))
            .withShards(files)
            .withRowGroupBytes(input.rowGroupBytes())
            .withProvenance(provenance);
    WriteStore<ContentRecord> contents =
        WriteStore.to(ContentRecord.TYPE, increments.contents(number)).withProvenance(provenance);
    WriteStore<RejectedRecord> rejected =
        WriteStore.to(RejectedRecord.TYPE, increments.rejected(number)).withProvenance(provenance);
    Stage.writing(rejected, contents, images)
        .beforeLastCommit(
            () ->
                input.refuseLost(
                    ImageStatistics.read(increments.images(number)), rejected.directory()))
        .run(
            runner,
            "ingest-grow",
            pipeline -> {
              PCollectionTuple read =
                  pipeline.apply(
                      ReadImages.from(source, input.decode()).newTo(increments, number - 1));
              read.get(ReadImages.IMAGES).apply("WriteImages", images);
              read.get(ReadImages.CONTENTS).apply("WriteContents", contents);
              read.get(ReadImages.REJECTED).apply("WriteRejected", rejected);
              read.apply("WriteGrowth", WriteGrowth.to(increments.images(number)));
            });
    return StoreReader.open(ImageRecord.TYPE, images.directory()).manifest().rows();
  }

  /** Writes the view of all images so far, with which the increment is complete. */
  private void complete(ImageIncrements increments, int number) throws IOException {
    Map<String, String> provenance = new TreeMap<>(input.reading());
    provenance.put("command", "ingest");
    provenance.put(Provenance.VERSION, Version.read());
    provenance.put("increments", Integer.toString(number));
    StoreView.write(
        output,
        increments.imagesFromRoot(number),
        ImageRecord.TYPE,
        increments.addedFromRoot(number),
        provenance);
  }

  private static void discard(ImageIncrements increments, int number) throws IOException {
    for (StoreFiles.Listed file : StoreFiles.list(increments.directory(number))) {
      StoreFiles.delete(file.path());
    }
  }
}
