package org.vocabeam.transforms.ingest;

import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PDone;
import org.vocabeam.transforms.statistics.ImageTally;
import org.vocabeam.transforms.statistics.WriteJson;
import org.vocabeam.transforms.statistics.WriteStatistics;

/**
 * Writer of the files beside the images of a growing store, from the outputs of {@link ReadImages}:
 * {@code statistics.json} of all images, its tally, and {@code growth.json}.
 */
public final class WriteGrowth extends PTransform<PCollectionTuple, PDone> {
  private static final long serialVersionUID = 1L;

  private final String directory;

  private WriteGrowth(String directory) {
    this.directory = directory;
  }

  /** Returns the transform, for the directory of all images. */
  public static WriteGrowth to(String directory) {
    return new WriteGrowth(directory);
  }

  @Override
  public PDone expand(PCollectionTuple read) {
    read.get(ReadImages.STATISTICS).apply("WriteStatistics", WriteStatistics.to(directory));
    read.get(ReadImages.TALLY).apply("WriteTally", WriteJson.to(directory, ImageTally.FILE));
    read.get(ReadImages.GROWTH).apply("WriteGrowth", WriteJson.to(directory, Growth.FILE));
    return PDone.in(read.getPipeline());
  }
}
