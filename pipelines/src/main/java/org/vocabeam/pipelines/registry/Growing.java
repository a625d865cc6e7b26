package org.vocabeam.pipelines.registry;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.ImageReport;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.options.IngestArguments;
import org.vocabeam.pipelines.runner.Runner;
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
 * An increment of an images store that grows: what an input has that the store has not.
 *
 * @param output directory of the increments
 */
public record Growing(IngestArguments arguments, String output) {

  /** Adds an increment if there is something new, and says what there is. */
  public void run(Runner runner) throws IOException {
    ImageIncrements increments = new ImageIncrements(output);
    int before = increments.count();
    long stored = 0;
    if (before > 0) {
      String images = increments.images(before);
      StoreManifest manifest = StoreReader.open(ImageRecord.TYPE, images).manifest();
      stored = manifest.rows();
      Provenance.refuseOther(
          images,
          manifest,
          arguments.options(),
          "a store grows by the options that it began with: give them, or another --output");
    }
    ImageSource source = arguments.open();
    int number = before + 1;
    long added = write(runner, source, increments, number, arguments.files(source, stored));
    Growth growth = Growth.read(increments.images(number));
    ImageStatistics statistics = ImageStatistics.read(increments.images(number));
    if (added == 0) {
      discard(increments, number);
      if (before == 0) {
        throw new UserError(
            String.format(
                "%s has no image that can be used (rejected: %s); give another --input",
                arguments.input(), statistics.rejected()));
      }
    } else {
      Map<String, String> provenance = new TreeMap<>(arguments.options());
      provenance.put("command", "ingest");
      provenance.put(Provenance.VERSION, Version.read());
      provenance.put("increments", Integer.toString(number));
      // With the view the increment is complete.
      StoreView.write(
          output,
          increments.imagesFromRoot(number),
          ImageRecord.TYPE,
          increments.addedFromRoot(number),
          provenance);
    }
    int newest = added == 0 ? before : number;
    System.out.print(ImageReport.of(increments.images(newest), statistics));
    System.out.print(ImageReport.of(newest, added, growth));
  }

  /** Returns the number of new images. */
  private long write(
      Runner runner, ImageSource source, ImageIncrements increments, int number, int files)
      throws IOException {
    Map<String, String> provenance = arguments.provenance(source, files);
    provenance.put("increment", Integer.toString(number));
    WriteStore<ImageRecord> images =
        WriteStore.to(ImageRecord.TYPE, increments.added(number))
            .withShards(files)
            .withRowGroupBytes(arguments.rowGroupBytes())
            .withProvenance(provenance);
    WriteStore<ContentRecord> contents =
        WriteStore.to(ContentRecord.TYPE, increments.contents(number)).withProvenance(provenance);
    WriteStore<RejectedRecord> rejected =
        WriteStore.to(RejectedRecord.TYPE, increments.rejected(number)).withProvenance(provenance);
    // Whatever is complete of an increment that is not, is what an interrupted run left.
    images.prepare(true);
    contents.prepare(true);
    rejected.prepare(true);
    Pipeline pipeline = runner.create("ingest-grow");
    PCollectionTuple read =
        pipeline.apply(ReadImages.from(source, arguments.decode()).newTo(increments, number - 1));
    read.get(ReadImages.IMAGES).apply("WriteImages", images);
    read.get(ReadImages.CONTENTS).apply("WriteContents", contents);
    read.get(ReadImages.REJECTED).apply("WriteRejected", rejected);
    read.apply("WriteGrowth", WriteGrowth.to(increments.images(number)));
    runner.run(pipeline);
    rejected.commit();
    contents.commit();
    return images.commit().rows();
  }

  private static void discard(ImageIncrements increments, int number) throws IOException {
    for (StoreFiles.Listed file : StoreFiles.list(increments.directory(number))) {
      StoreFiles.delete(file.path());
    }
  }
}
