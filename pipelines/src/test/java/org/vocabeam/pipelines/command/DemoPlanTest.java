package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DemoPlanTest {
  private static final double SECONDS = 270;

  @Test
  void aFastMachineMeasuresOnAllImages() {
    assertEquals(DemoPlan.MOST_STEPS, new DemoPlan(0.05, SECONDS).steps());
    assertEquals(1, new DemoPlan(0.05, SECONDS - 0.05 * DemoPlan.MOST_STEPS).imageShare());
  }

  @Test
  void aSlowMachineTakesFewerStepsAndMeasuresOnFewerImages() {
    DemoPlan plan = new DemoPlan(0.36, SECONDS);
    // 750 steps fit; the smallest evaluation is 150 + 900 / 5 + 950 / 25 = 368 of them.
    assertEquals(750 - 40 - 368, plan.steps());
    assertEquals(0.2, new DemoPlan(0.36, SECONDS - 0.36 * plan.steps()).imageShare());
  }

  @Test
  void everythingFitsFromFastMachinesToSlowOnes() {
    for (double secondsPerStep = 0.01; secondsPerStep < 0.4; secondsPerStep += 0.01) {
      long steps = new DemoPlan(secondsPerStep, SECONDS).steps();
      double rest = SECONDS - secondsPerStep * steps;
      double share = new DemoPlan(secondsPerStep, rest).imageShare();
      double seconds = secondsPerStep * (steps + DemoPlan.evaluation(share));
      assertTrue(steps >= DemoPlan.FEWEST_STEPS, secondsPerStep + ": " + steps);
      assertTrue(seconds <= SECONDS, secondsPerStep + ": " + seconds);
    }
  }

  @Test
  void withoutTimeTheLeastIsDone() {
    assertEquals(DemoPlan.FEWEST_STEPS, new DemoPlan(0.1, -5).steps());
    assertEquals(0.2, new DemoPlan(0.1, -5).imageShare());
  }
}
