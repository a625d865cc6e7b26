package org.vocabeam.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ChunksTest {
  private long now;
  private long work = 1_000_000_000;
  private int runs;
  private final Chunks chunks =
      new Chunks(
          () -> {
            now += work;
            runs++;
          },
          () -> now);

  @Test
  void warmingUpIsAtLeastTwoRunsThatDoNotCount() {
    chunks.warmUp(0);
    assertEquals(2, runs);
    chunks.warmUp(2.5);
    assertEquals(5, runs);
    assertThrows(IllegalStateException.class, chunks::median);
  }

  @Test
  void aChunkRunsUntilItsTimeIsOverAndAtLeastOnce() {
    chunks.take(0);
    assertEquals(1, runs);
    chunks.take(3);
    assertEquals(4, runs);
    assertEquals(1, chunks.median(), 0);
  }

  @Test
  void aSlowChunkDoesNotMoveTheMedian() {
    chunks.take(2);
    work = 60_000_000_000L;
    chunks.take(0);
    work = 2_000_000_000;
    chunks.take(8);
    assertEquals(2, chunks.median(), 0);
    work = 3_000_000_000L;
    chunks.take(0);
    assertEquals(2.5, chunks.median(), 0, "of an even number");
  }
}
