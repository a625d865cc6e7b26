package org.vocabeam.pipelines.inputs;

import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbones;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.weights.ImportedWeights.Choice;
import org.vocabeam.pipelines.runner.TypedCommand;

/**
 * Wishes for what a file of weights leaves open.
 *
 * @param preset network by name; null for the one that the shapes tell
 * @param part start of the names of the network to take; null for the preferred one
 * @param imageSize side of the squares at which images are shown; null for the network's usual
 * @param mean of each channel of the pixels; null for ImageNet's
 * @param std standard deviation of each channel; null for ImageNet's
 * @param heads of a transformer's attention; null for one for 64 channels
 * @param incomplete true if variables that are not in the file keep their first random values
 */
public record ImportChoice(
    @Nullable String preset,
    @Nullable String part,
    @Nullable Integer imageSize,
    @Nullable List<Float> mean,
    @Nullable List<Float> std,
    @Nullable Integer heads,
    boolean incomplete) {
  /** All as the file tells. */
  public static final ImportChoice USUAL =
      new ImportChoice(null, null, null, null, null, null, false);

  public ImportChoice {
    if (preset != null) {
      Preset.named(preset);
    }
    if (heads != null && heads < 1) {
      throw new UserError("heads is " + heads + ", must be at least 1");
    }
  }

  /** Returns the choice for the models. */
  public Choice choice() {
    return new Choice(
        part,
        preset == null ? null : side -> Backbones.named(Preset.named(preset).network(), side),
        imageSize,
        mean == null || std == null ? null : new Normalisation(floats(mean), floats(std)),
        heads,
        incomplete);
  }

  private static float[] floats(List<Float> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }

  /** Returns the options that differ from their defaults. */
  public List<String> options() {
    return TypedCommand.of("")
        .ifGiven("preset", preset)
        .ifGiven("part", part)
        .ifGiven("imageSize", imageSize)
        .ifGiven("mean", joined(mean))
        .ifGiven("std", joined(std))
        .ifGiven("heads", heads)
        .flag("incomplete", incomplete)
        .options();
  }

  private static @Nullable String joined(@Nullable List<Float> values) {
    return values == null
        ? null
        : String.join(",", values.stream().map(value -> Float.toString(value)).toList());
  }
}
