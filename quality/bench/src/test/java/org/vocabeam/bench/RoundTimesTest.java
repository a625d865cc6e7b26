package org.vocabeam.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RoundTimesTest {
  private static final double TOLERANCE = 1e-12;

  private static List<Instant> at(long... milliseconds) {
    return LongStream.of(milliseconds).mapToObj(Instant::ofEpochMilli).toList();
  }

  /** Three rounds of three steps, a step of 100 ms; every gap is another number. */
  private final RoundTimes times =
      new RoundTimes(
          Instant.ofEpochMilli(1_000),
          at(5_100, 5_200, 5_300, 8_000, 8_100, 8_200, 10_000, 10_100, 10_200),
          at(6_000, 8_500, 10_700));

  @Test
  void roundsGoFromLastStepToLastStepWithoutTheFirst() {
    assertEquals((10.2 - 5.3) / 2, times.round(), TOLERANCE);
  }

  @Test
  void stepsAreThoseWithinRoundsWithoutTheFirst() {
    assertEquals(0.1, times.step(), TOLERANCE);
    RoundTimes slowFirst =
        new RoundTimes(Instant.ofEpochMilli(0), at(1_000, 3_000, 4_000, 4_050), at(3_500, 5_000));
    assertEquals(0.05, slowFirst.step(), TOLERANCE);
  }

  @Test
  void startsAndEndsAreWhatIsBesideTheSteps() {
    assertEquals(((8.5 - 8.2) + (10.7 - 10.2)) / 2, times.end(), TOLERANCE);
    assertEquals(((8.0 - 6.0) + (10.0 - 8.5)) / 2 - 0.1, times.start(), TOLERANCE);
    assertEquals(5.1 - 1.0 - 0.1, times.firstStart(), TOLERANCE);
  }

  @Test
  void refusesWhatIsNoWholeNumberOfRounds() {
    Instant start = Instant.ofEpochMilli(0);
    assertThrows(
        IllegalArgumentException.class, () -> new RoundTimes(start, at(1, 2, 3), at(2, 4)));
    assertThrows(IllegalArgumentException.class, () -> new RoundTimes(start, at(1, 2), at(2)));
    assertThrows(IllegalArgumentException.class, () -> new RoundTimes(start, at(1, 3), at(2, 4)));
  }
}
