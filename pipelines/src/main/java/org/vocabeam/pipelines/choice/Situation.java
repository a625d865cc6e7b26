package org.vocabeam.pipelines.choice;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.transforms.statistics.ImageStatistics;

/**
 * All that the settings of a run are chosen by.
 *
 * @param method name of the method
 * @param images number of images
 * @param height in pixels; of images of several shapes, a short side that at least three quarters
 *     of them have
 * @param width in pixels, likewise
 * @param oneShape true for images of one height and width
 * @param channels 1 or 3
 * @param machine machine that trains
 * @param minutes length of the run; 0 if it is not given in minutes
 */
public record Situation(
    String method,
    long images,
    int height,
    int width,
    boolean oneShape,
    int channels,
    Machine machine,
    double minutes) {
  /** Share of the images that may be smaller than the side that stands for all. */
  private static final double SMALLER = 0.25;

  /** Steps of a recipe that is looked at and not trained. */
  private static final long STEPS = 1000;

  /** Returns the situation of images that a choice of a method is made for. */
  static Situation of(RecipeChoice recipe, TrainingImages images, Machine machine, double minutes) {
    ImageStatistics statistics = images.statistics();
    Integer given = recipe.imageSize();
    boolean oneShape = given != null || images.haveOneShape();
    int side = typicalSide(statistics);
    return new Situation(
        recipe.method(),
        images.count(),
        given != null ? given : oneShape ? statistics.minHeight() : side,
        given != null ? given : oneShape ? statistics.minWidth() : side,
        oneShape,
        statistics.channels(),
        machine,
        minutes);
  }

  private static int typicalSide(ImageStatistics statistics) {
    int least = Math.min(statistics.minHeight(), statistics.minWidth());
    long all = statistics.shortSides().values().stream().mapToLong(Long::longValue).sum();
    long smaller = 0;
    int side = 0;
    for (Map.Entry<Integer, Long> sides : statistics.shortSides().entrySet()) {
      if (smaller > SMALLER * all) {
        break;
      }
      side = sides.getKey();
      smaller += sides.getValue();
    }
    return Math.max(least, side);
  }

  /** Returns the shorter side of the images, in pixels. */
  int side() {
    return Math.min(height, width);
  }

  /** Returns minutes of one core, or of the GPU. */
  double computeMinutes() {
    return machine.hasGpu() ? minutes : minutes * machine.cores();
  }

  /**
   * Returns a task to look at recipes for.
   *
   * @param shown side at which whole images are shown; 0 for their shape
   */
  Task task(int shown) {
    float[] half = new float[channels];
    Arrays.fill(half, 0.5f);
    ImageShape shape =
        shown == 0
            ? new ImageShape(height, width, channels)
            : new ImageShape(shown, shown, channels);
    return new Task(shape, new Normalisation(half, half), images, STEPS, 1);
  }

  @Override
  public String toString() {
    return String.join(
        ", ",
        List.of(
            method,
            String.format(Locale.ROOT, "%,d images", images),
            oneShape ? width + " x " + height + " pixels" : "sides of about " + side() + " pixels",
            machine.toString()));
  }
}
