package org.vocabeam.transforms.images;

import java.io.IOException;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PDone;

/** Writes the one element of {@link ReadImages#STATISTICS} as {@code statistics.json}. */
public final class WriteStatistics extends PTransform<PCollection<ImageStatistics>, PDone> {
  private static final long serialVersionUID = 1L;

  private final String directory;

  private WriteStatistics(String directory) {
    this.directory = directory;
  }

  /** Into the directory of the images store. */
  public static WriteStatistics to(String directory) {
    return new WriteStatistics(directory);
  }

  @Override
  public PDone expand(PCollection<ImageStatistics> statistics) {
    statistics.apply("WriteFile", ParDo.of(new WriteFile(directory)));
    return PDone.in(statistics.getPipeline());
  }

  private static final class WriteFile extends DoFn<ImageStatistics, Void> {
    private static final long serialVersionUID = 1L;

    private final String directory;

    WriteFile(String directory) {
      this.directory = directory;
    }

    @ProcessElement
    public void write(@Element ImageStatistics statistics) throws IOException {
      statistics.write(directory);
    }
  }
}
