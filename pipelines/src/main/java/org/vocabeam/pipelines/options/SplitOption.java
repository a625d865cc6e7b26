package org.vocabeam.pipelines.options;

import org.vocabeam.pipelines.inputs.TrainingImages;
import picocli.CommandLine.Option;

/** Mixin for the split of the images that a command reads. */
public final class SplitOption {
  @Option(
      names = "--split",
      order = Sections.INPUT,
      defaultValue = TrainingImages.TRAIN,
      paramLabel = "NAME",
      description = "Split to read, or 'all'. A store without splits is read whole.")
  private String name;

  /** Returns the name of the split, or {@code all}. */
  public String name() {
    return name;
  }
}
