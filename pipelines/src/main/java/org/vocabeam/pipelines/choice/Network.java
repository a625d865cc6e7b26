package org.vocabeam.pipelines.choice;

import java.util.List;
import java.util.Locale;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Settings;

/**
 * A row of the table of networks ({@link org.vocabeam.pipelines.choice package documentation}).
 *
 * @param convolutional name of a preset
 * @param transformer name of a preset for methods that need a transformer
 * @param side least shorter side of the images, in pixels
 * @param images least number of images
 * @param gpuMinutes least minutes on a GPU
 * @param coreMinutes least minutes of one core, without a GPU
 */
record Network(
    String convolutional,
    String transformer,
    int side,
    long images,
    double gpuMinutes,
    double coreMinutes) {
  private static final double NEVER = Double.POSITIVE_INFINITY;

  /** Rows from the largest network to the smallest, which needs nothing. */
  static final List<Network> TABLE =
      List.of(
          new Network("resnet50", "vit-s16", 128, 100_000, 600, NEVER),
          new Network("resnet18", "vit-ti16", 128, 10_000, 60, NEVER),
          new Network("small/resnet18", "small/vit-ti16", 28, 5_000, 10, 2_000),
          new Network("small", "small", 0, 0, 0, 0));

  /** Returns the first row whose demands a situation meets. */
  static Network of(Situation situation) {
    return TABLE.stream().filter(row -> row.missing(situation).isEmpty()).findFirst().orElseThrow();
  }

  /** Returns the name of the preset for a method. */
  String preset(String method) {
    boolean works =
        Methods.preset(method, Preset.SMALL.name()).network().equals(Preset.SMALL.network());
    return works ? convolutional : transformer;
  }

  Settings settings() {
    return Preset.named(convolutional).settings();
  }

  /** Returns the reason for this row: what the next larger network wants. */
  String reason(Situation situation) {
    int row = TABLE.indexOf(this);
    if (row == 0) {
      return "the largest in the table";
    }
    Network larger = TABLE.get(row - 1);
    return larger.preset(situation.method()) + " wants " + larger.missing(situation);
  }

  /** Returns the first demand that a situation does not meet; empty if it meets all. */
  private String missing(Situation situation) {
    double minutes = situation.machine().hasGpu() ? gpuMinutes : coreMinutes;
    if (situation.side() < side) {
      return "images of at least " + side + " pixels";
    }
    if (situation.images() < images) {
      return String.format(Locale.ROOT, "at least %,d images", images);
    }
    if (situation.computeMinutes() < minutes) {
      return minutes == NEVER
          ? "a GPU"
          : String.format(
              Locale.ROOT,
              "at least %,.0f minutes%s",
              minutes,
              situation.machine().hasGpu() ? "" : " of one core");
    }
    return "";
  }
}
