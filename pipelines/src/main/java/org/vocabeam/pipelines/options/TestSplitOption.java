package org.vocabeam.pipelines.options;

import org.vocabeam.pipelines.inputs.TrainingImages;
import picocli.CommandLine.Option;

/** Mixin for the split whose labels an evaluation predicts. */
public final class TestSplitOption {
  @Option(
      names = "--testSplit",
      order = Sections.INPUT,
      defaultValue = TrainingImages.TEST,
      paramLabel = "NAME",
      description = "Split whose labels are predicted.")
  private String name;

  /** Returns the name of the split. */
  public String name() {
    return name;
  }
}
