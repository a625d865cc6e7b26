package org.vocabeam.pipelines.options;

import org.vocabeam.pipelines.inputs.TrainingImages;
import picocli.CommandLine.Option;

/** Mixin of the commands that train: what on, and where the run goes. */
public final class DataArguments {
  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "The images store that ingest wrote.")
  private String images;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The run: checkpoints, metrics of every step, TensorBoard events.")
  private String output;

  @Option(
      names = "--split",
      defaultValue = "train",
      description =
          "The split to train on, or 'all'; a store without splits is trained on as a whole.")
  private String split;

  public String images() {
    return images;
  }

  /** Returns the name of the split, or {@code all}. */
  public String split() {
    return split;
  }

  public String output() {
    return output;
  }

  /** Opens the images. */
  public TrainingImages open() {
    return TrainingImages.open(images, split);
  }
}
