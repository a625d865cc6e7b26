package org.vocabeam.pipelines.options;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.ImageInput;
import org.vocabeam.transforms.image.Background;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.ShortSide;
import org.vocabeam.transforms.source.SourceOptions;
import org.vocabeam.transforms.store.WriteStore;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Mixin of the commands that read images: their place, what is made of them, and their store. */
public final class IngestArguments {
  @Option(
      names = "--input",
      order = Sections.INPUT,
      required = true,
      paramLabel = "PATH",
      description =
          "Folder, tar, gzipped IDX file, Parquet file or store with the images; what"
              + " it holds decides how it is read.")
  private String input;

  @Option(
      names = "--layout",
      order = Sections.INPUT,
      defaultValue = "auto",
      paramLabel = "DIRS",
      description =
          "Meaning of the directories of a folder or tar, from the root on: split,"
              + " label or * each, as in split/label; auto decides by their depth.")
  private String layout;

  @Option(
      names = "--strict",
      order = Sections.INPUT,
      description =
          "Completes no store when a file of the input is rejected or not read, hidden files and"
              + " labels apart.")
  private boolean strict;

  @Option(
      names = "--labels",
      order = Sections.INPUT,
      paramLabel = "FILE",
      description =
          "Table with the labels or splits of a folder or archive, by file: CSV, TSV, JSON lines or"
              + " Parquet. Default: those in the input, as metadata.csv.")
  private @Nullable String labels;

  @Option(
      names = "--resize",
      order = Sections.IMAGES,
      defaultValue = "0",
      paramLabel = "SIDE",
      description =
          "Scales the short side to so many pixels and cuts out the centre square; 0"
              + " keeps the size.")
  private int resize;

  @Option(
      names = "--shortSide",
      order = Sections.IMAGES,
      defaultValue = "0",
      paramLabel = "SIDE",
      description =
          "Scales larger images so that their short side has so many pixels, and keeps their shape;"
              + " 0 keeps the size.")
  private int shortSide;

  @Option(
      names = "--encoding",
      order = Sections.IMAGES,
      paramLabel = "FORMAT",
      description = "What --shortSide makes of the images that it scales: jpeg (default) or png.")
  private @Nullable String encoding;

  @Option(
      names = "--quality",
      order = Sections.IMAGES,
      paramLabel = "N",
      description = "Quality of the JPEG images that --shortSide makes, 1 to 100. Default: 95.")
  private @Nullable Integer quality;

  @Option(
      names = "--colour",
      order = Sections.IMAGES,
      defaultValue = "keep",
      paramLabel = "MODE",
      description = "Channels: keep, grey or rgb.")
  private String colour;

  @Option(
      names = "--background",
      order = Sections.IMAGES,
      defaultValue = "white",
      paramLabel = "COLOUR",
      description =
          "What is behind transparent pixels: white, black, or keep-colour, which drops the"
              + " opacity.")
  private String background;

  @Option(
      names = "--maxPixels",
      order = Sections.IMAGES,
      defaultValue = "50000000",
      paramLabel = "N",
      description = "Images with more pixels are rejected before they are decoded.")
  private long maxPixels;

  @Option(
      names = "--imageColumn",
      order = Sections.COLUMNS,
      paramLabel = "NAME",
      description = "Column with the encoded images. Default: image, img, ..., or the only one.")
  private @Nullable String imageColumn;

  @Option(
      names = "--fileColumn",
      order = Sections.COLUMNS,
      paramLabel = "NAME",
      description = "Column with the paths of images. Default: file_name, path, id, ...")
  private @Nullable String fileColumn;

  @Option(
      names = "--labelColumn",
      order = Sections.COLUMNS,
      paramLabel = "NAME",
      description = "Column with the labels. Default: label, class, ..., if there is one.")
  private @Nullable String labelColumn;

  @Option(
      names = "--splitColumn",
      order = Sections.COLUMNS,
      paramLabel = "NAME",
      description = "Column with the splits. Default: split, subset, ..., if there is one.")
  private @Nullable String splitColumn;

  @Mixin private ShardsOption shards;

  @Option(
      names = "--shardMegabytes",
      order = Sections.FILES,
      defaultValue = "" + WriteStore.SHARD_MEGABYTES,
      paramLabel = "MB",
      description = "Approximate size of a file where --shards is 0.")
  private int shardMegabytes;

  @Option(
      names = "--rowGroupBytes",
      order = Sections.FILES,
      defaultValue = "" + WriteStore.ROW_GROUP_BYTES,
      paramLabel = "N",
      description =
          "Size of a row group before compression: what a worker holds at a time, and"
              + " the least that a replica of pretrain can be given.")
  private long rowGroupBytes;

  /** Returns the images, and how they are read and stored. */
  public ImageInput input() {
    return new ImageInput(
        input,
        new SourceOptions(layout, labels, imageColumn, fileColumn, labelColumn, splitColumn),
        new DecodeOptions(resize, shortSide(), maxPixels, colour, Background.of(background)),
        shards.count(),
        shardMegabytes,
        rowGroupBytes,
        strict);
  }

  private ShortSide shortSide() {
    if (shortSide == 0 && (encoding != null || quality != null)) {
      throw new UserError(
          "--encoding and --quality are of images that --shortSide scales; give --shortSide too");
    }
    if (ImageRecord.PNG.equals(encoding)) {
      if (quality != null) {
        throw new UserError("--quality is of JPEG images, and --encoding is png; leave one out");
      }
      return ShortSide.png(shortSide);
    }
    return new ShortSide(
        shortSide,
        encoding == null ? ImageRecord.JPEG : encoding,
        quality == null ? ShortSide.QUALITY : quality);
  }
}
