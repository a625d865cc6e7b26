package org.vocabeam.transforms.statistics;

import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PDone;

/** Writer of the statistics of an images store as {@code statistics.json}. */
public final class WriteStatistics extends PTransform<PCollection<ImageStatistics>, PDone> {
  private static final long serialVersionUID = 1L;

  private final String directory;

  private WriteStatistics(String directory) {
    this.directory = directory;
  }

  /** Returns the transform, for the directory of the images store. */
  public static WriteStatistics to(String directory) {
    return new WriteStatistics(directory);
  }

  @Override
  public PDone expand(PCollection<ImageStatistics> statistics) {
    return statistics.apply("WriteStatistics", WriteJson.to(directory, ImageStatistics.FILE));
  }
}
