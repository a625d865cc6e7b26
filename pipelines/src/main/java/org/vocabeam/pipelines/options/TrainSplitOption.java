package org.vocabeam.pipelines.options;

import org.vocabeam.pipelines.inputs.TrainingImages;
import picocli.CommandLine.Option;

/** Mixin for the split that an evaluation learns from. */
public final class TrainSplitOption {
  @Option(
      names = "--trainSplit",
      order = Sections.INPUT,
      defaultValue = TrainingImages.TRAIN,
      paramLabel = "NAME",
      description = "Split to train on, also in the evaluation.")
  private String name;

  /** Returns the name of the split. */
  public String name() {
    return name;
  }
}
