package org.vocabeam.pipelines.options;

import picocli.CommandLine.Option;

/** Mixin for the trained network that a command reads. */
public final class CheckpointOption {
  @Option(
      names = "--checkpoint",
      order = Sections.INPUT,
      required = true,
      paramLabel = "DIR",
      description =
          "Run of pretrain, distill or finetune (its best checkpoint where it keeps that, otherwise its"
              + " newest), or one checkpoint.")
  private String directory;

  /** Returns the directory of a run or of a checkpoint. */
  public String directory() {
    return directory;
  }
}
