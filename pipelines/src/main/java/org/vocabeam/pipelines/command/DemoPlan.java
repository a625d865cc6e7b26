package org.vocabeam.pipelines.command;

import java.util.stream.IntStream;

/**
 * Lengths of the demo's stages that fit into the time that is left. Stages cost as much as so many
 * steps of pre-training, on fast machines and slow ones; only the seconds of a step are measured.
 *
 * @param secondsPerStep seconds of a step of pre-training, positive
 * @param secondsLeft seconds until the demo should end; none are left if not positive
 */
record DemoPlan(double secondsPerStep, double secondsLeft) {
  /** Steps that are taken in any case; after them rotation is above raw pixels in every row. */
  static final long FEWEST_STEPS = 200;

  /** Steps after which the time is better spent on measuring with more images. */
  static final long MOST_STEPS = 500;

  /** Tenths of the images that an evaluation takes in any case. */
  private static final int FEWEST_TENTHS = 2;

  /** Cost of starting the pipelines and of the export. */
  private static final double STARTS = 40;

  /** Returns the steps of pre-training that leave time for the smallest evaluation. */
  long steps() {
    long fitting = (long) (affordable() - evaluation(FEWEST_TENTHS / 10.0));
    return Math.max(FEWEST_STEPS, Math.min(MOST_STEPS, fitting));
  }

  /** Returns the largest share of the images, in tenths, whose evaluation fits. */
  double imageShare() {
    return IntStream.rangeClosed(FEWEST_TENTHS, 10)
            .filter(tenths -> tenths == FEWEST_TENTHS || evaluation(tenths / 10.0) <= affordable())
            .max()
            .orElseThrow()
        / 10.0;
  }

  private double affordable() {
    return secondsLeft / secondsPerStep - STARTS;
  }

  /**
   * Returns the cost of an evaluation: linear probes take the same steps on any number of images,
   * every image is embedded by two networks, and every test image is compared with every other. On
   * two quiet cores it costs half of that (592 steps measured at a share of 0.7, 720 at 0.9);
   * beside other work it slows down more than the steps do, so the half is kept in hand.
   */
  static double evaluation(double share) {
    return 150 + 900 * share + 950 * share * share;
  }
}
