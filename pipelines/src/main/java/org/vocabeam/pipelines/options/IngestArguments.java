package org.vocabeam.pipelines.options;

import org.vocabeam.pipelines.inputs.ImageInput;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.source.SourceOptions;
import org.vocabeam.transforms.store.WriteStore;
import picocli.CommandLine.Option;

/** Mixin of the commands that read images: where from, what is made of them, how it is stored. */
public final class IngestArguments {
  @Option(
      names = "--input",
      required = true,
      paramLabel = "PATH",
      description = "A folder or a file; what it holds decides how it is read.")
  private String input;

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

  /** Returns the images, and how they are read and stored. */
  public ImageInput input() {
    return new ImageInput(
        input,
        new SourceOptions(layout, imageColumn, labelColumn, splitColumn),
        new DecodeOptions(resize, maxPixels, colour),
        shards,
        shardMegabytes,
        rowGroupBytes);
  }
}
