package org.vocabeam.pipelines.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChunksTest {
  @Test
  void aChunkIsAtLeastOneRunAndWarmingUpTwo() {
    AtomicInteger runs = new AtomicInteger();
    Chunks chunks = new Chunks(runs::incrementAndGet);
    chunks.warmUp(0);
    assertEquals(2, runs.get());
    assertThrows(IllegalStateException.class, chunks::median);
    chunks.take(0);
    assertEquals(3, runs.get());
    assertTrue(chunks.median() > 0);
  }

  @Test
  void aSlowChunkDoesNotMoveTheMedian() {
    AtomicInteger runs = new AtomicInteger();
    Chunks chunks =
        new Chunks(
            () -> {
              if (runs.incrementAndGet() == 2) {
                sleep();
              }
            });
    for (int i = 0; i < 3; i++) {
      chunks.take(0);
    }
    assertTrue(chunks.median() < 0.2, () -> "seconds: " + chunks.median());
  }

  private static void sleep() {
    try {
      Thread.sleep(400);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
