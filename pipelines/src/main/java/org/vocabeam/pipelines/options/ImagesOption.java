package org.vocabeam.pipelines.options;

import org.vocabeam.pipelines.inputs.TrainingImages;
import picocli.CommandLine.Option;

/** Mixin for the images that a command reads. */
public final class ImagesOption {
  @Option(
      names = "--images",
      order = Sections.INPUT,
      required = true,
      paramLabel = "DIR",
      description = "Images store, as ingest writes it.")
  private String directory;

  /** Returns the directory of the images store. */
  public String directory() {
    return directory;
  }

  /** Opens the images of a split. */
  public TrainingImages open(SplitOption split) {
    return TrainingImages.open(directory, split.name());
  }
}
