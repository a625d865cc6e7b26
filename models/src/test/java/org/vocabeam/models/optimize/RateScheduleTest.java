package org.vocabeam.models.optimize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;

/** The learning rate by step, and what is refused. */
final class RateScheduleTest {
  @Test
  void theCosineGrowsLinearlyThenFalls() {
    RateSchedule schedule = new RateSchedule.Cosine(0.4, 0.2, 4);
    assertEquals(0.1, schedule.rate(1, 104), 1e-12);
    assertEquals(0.4, schedule.rate(4, 104), 1e-12);
    assertEquals(0.3, schedule.rate(54, 104), 1e-12);
  }

  /** SwAV's: the last step of the warm-up has the rate of the first one behind it. */
  @Test
  void aWarmUpWithAFirstRateIncludesBothEnds() {
    RateSchedule schedule = new RateSchedule.Cosine(0.4, 0.2, 4, /* firstLearningRate= */ 0.1);
    assertEquals(0.1, schedule.rate(0, 104), 1e-12);
    assertEquals(0.2, schedule.rate(1, 104), 1e-12);
    assertEquals(0.4, schedule.rate(3, 104), 1e-12);
    assertEquals(0.4, schedule.rate(4, 104), 1e-12);
    assertEquals(0.3, schedule.rate(54, 104), 1e-12);
    assertEquals(0.1, new RateSchedule.Cosine(0.4, 0.2, 1, 0.1).rate(0, 104), 1e-12);
    assertEquals(
        "firstLearningRate is 0.5, must be between 0 and learningRate, which is 0.4, or absent",
        assertThrows(UserError.class, () -> new RateSchedule.Cosine(0.4, 0.2, 4, 0.5))
            .getMessage());
  }

  /** RotNet's: x0.2 at 60, 120 and 160 of 200 epochs. */
  @Test
  void theRateDropsAtSharesOfTheRun() {
    RateSchedule schedule = new RateSchedule.Drops(0.1, 0.2, List.of(0.3, 0.6, 0.8));
    assertEquals(0.1, schedule.rate(59, 200), 1e-12);
    assertEquals(0.02, schedule.rate(60, 200), 1e-12);
    assertEquals(0.004, schedule.rate(120, 200), 1e-12);
    assertEquals(0.0008, schedule.rate(199, 200), 1e-12);
  }

  @Test
  void dropsThatCannotBeAreRefused() {
    for (List<Double> drops : List.of(List.of(0.0), List.of(1.0), List.of(0.6, 0.3))) {
      assertEquals(
          "drops is " + drops + ", must be ascending shares between 0 and 1",
          assertThrows(UserError.class, () -> new RateSchedule.Drops(0.1, 0.2, drops))
              .getMessage());
    }
    assertThrows(UserError.class, () -> new RateSchedule.Drops(0.1, 0, List.of()));
    assertThrows(UserError.class, () -> new RateSchedule.Drops(0.1, 1.5, List.of()));
    assertThrows(UserError.class, () -> new RateSchedule.Drops(Double.NaN, 0.2, List.of()));
  }
}
