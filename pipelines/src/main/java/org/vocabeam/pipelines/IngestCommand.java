package org.vocabeam.pipelines;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.vocabeam.transforms.images.DecodeOptions;
import org.vocabeam.transforms.images.ImageRecord;
import org.vocabeam.transforms.images.ImageSource;
import org.vocabeam.transforms.images.ImageStatistics;
import org.vocabeam.transforms.images.ReadImages;
import org.vocabeam.transforms.images.RejectedRecord;
import org.vocabeam.transforms.images.SourceOptions;
import org.vocabeam.transforms.images.WriteStatistics;
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
      "Example: ./vocabeam ingest --input=photos --output=runs/photos --resize=64 --colour=rgb"
    })
final class IngestCommand implements Callable<Integer> {
  @Option(
      names = "--input",
      required = true,
      paramLabel = "PATH",
      description = "A folder or a file; what it holds decides how it is read.")
  private String input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where the stores images and rejected go.")
  private String output;

  @Option(
      names = "--layout",
      defaultValue = "auto",
      paramLabel = "DIRS",
      description =
          "What the directories of a folder or tar mean: auto (by depth), or from the root on"
              + " split, label or *, as in split/label.")
  private String layout;

  @Option(
      names = "--resize",
      defaultValue = "0",
      paramLabel = "SIDE",
      description =
          "Scale the short side to so many pixels and cut out the centre square; 0 keeps the size.")
  private int resize;

  @Option(
      names = "--colour",
      defaultValue = "keep",
      paramLabel = "MODE",
      description = "keep, grey or rgb.")
  private String colour;

  @Option(
      names = "--maxPixels",
      defaultValue = "50000000",
      paramLabel = "N",
      description = "Images that claim more are rejected before they are decoded.")
  private long maxPixels;

  @Option(
      names = "--imageColumn",
      paramLabel = "NAME",
      description = "Column of a Parquet input with the encoded images; image if not given.")
  private String imageColumn;

  @Option(
      names = "--labelColumn",
      paramLabel = "NAME",
      description = "Column with the labels; label, if there is one, if not given.")
  private String labelColumn;

  @Option(
      names = "--splitColumn",
      paramLabel = "NAME",
      description = "Column with the splits; split, if there is one, if not given.")
  private String splitColumn;

  @Option(
      names = "--shards",
      defaultValue = "0",
      paramLabel = "N",
      description = "Files of the images store; 0 chooses by size.")
  private int shards;

  @Option(
      names = "--shardMegabytes",
      defaultValue = "" + WriteStore.SHARD_MEGABYTES,
      paramLabel = "MB",
      description = "Size of a file, about, where --shards is 0.")
  private int shardMegabytes;

  @Option(
      names = "--rowGroupBytes",
      defaultValue = "" + WriteStore.ROW_GROUP_BYTES,
      paramLabel = "N",
      description =
          "Size of a row group, before compression: what a worker holds at a time, and the least"
              + " that a replica of pretrain can be given.")
  private long rowGroupBytes;

  @Option(names = "--overwrite", description = "Replace the stores that are there.")
  private boolean overwrite;

  @Mixin private PipelineArguments pipelines;

  @Override
  public Integer call() throws IOException {
    Pipeline pipeline = pipelines.create("ingest");
    DecodeOptions decode = new DecodeOptions(resize, maxPixels, colour);
    ImageSource source =
        ImageSource.open(
            input, new SourceOptions(layout, imageColumn, labelColumn, splitColumn), decode);
    String directory = output + "/images";
    int files =
        shards == 0 ? WriteStore.shardsFor(source.storedBytes(decode), shardMegabytes) : shards;
    Map<String, String> provenance = provenance(source, files);
    if (overwrite || !Provenance.isThere(directory, provenance)) {
      System.err.printf("Reading %s (%s)%n", input, source.kind());
      write(pipeline, source, decode, images(directory, files, provenance), provenance);
    }
    System.out.print(ImageReport.of(directory, ImageStatistics.read(directory)));
    return 0;
  }

  private WriteStore<ImageRecord> images(
      String directory, int files, Map<String, String> provenance) {
    return WriteStore.to(ImageRecord.TYPE, directory)
        .withShards(files)
        .withRowGroupBytes(rowGroupBytes)
        .withProvenance(provenance);
  }

  private void write(
      Pipeline pipeline,
      ImageSource source,
      DecodeOptions decode,
      WriteStore<ImageRecord> images,
      Map<String, String> provenance)
      throws IOException {
    WriteStore<RejectedRecord> rejected =
        WriteStore.to(RejectedRecord.TYPE, output + "/rejected").withProvenance(provenance);
    images.prepare(overwrite);
    // Complete without its images store, it is what an interrupted run left.
    rejected.prepare(true);
    PCollectionTuple read = pipeline.apply(ReadImages.from(source, decode));
    read.get(ReadImages.IMAGES).apply("WriteImages", images);
    read.get(ReadImages.REJECTED).apply("WriteRejected", rejected);
    read.get(ReadImages.STATISTICS).apply(WriteStatistics.to(output + "/images"));
    pipeline.run().waitUntilFinish();
    rejected.commit();
    // The images last: with them the whole is complete.
    images.commit();
  }

  private Map<String, String> provenance(ImageSource source, int files) {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "ingest");
    provenance.put(Provenance.VERSION, Version.read());
    provenance.put("input", source.fingerprint());
    provenance.put("layout", layout);
    provenance.put("resize", Integer.toString(resize));
    provenance.put("colour", colour);
    provenance.put("maxPixels", Long.toString(maxPixels));
    provenance.put("imageColumn", Objects.toString(imageColumn, ""));
    provenance.put("labelColumn", Objects.toString(labelColumn, ""));
    provenance.put("splitColumn", Objects.toString(splitColumn, ""));
    // What decides the bytes: --shardMegabytes only by the number of files that it leads to.
    provenance.put(Provenance.SHARDS, Integer.toString(files));
    provenance.put(Provenance.ROW_GROUP_BYTES, Long.toString(rowGroupBytes));
    return provenance;
  }
}
