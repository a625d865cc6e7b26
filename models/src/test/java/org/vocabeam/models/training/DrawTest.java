package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.training.Method.Draw;

class DrawTest {
  @Test
  void anOrderHasEveryIntegerOnce() {
    Draw order = new Draw("order", 49, /* isOrder= */ true);
    int[] drawn = order.drawn(Seeds.random(1, "image"));
    assertArrayEquals(IntStream.range(0, 49).toArray(), Arrays.stream(drawn).sorted().toArray());
    assertArrayEquals(drawn, order.drawn(Seeds.random(1, "image")));
    assertArrayEquals(new long[] {8, 49}, order.shape(8));
    assertArrayEquals(new long[] {8}, new Draw("one", 49).shape(8));
    assertEquals(1, new Draw("one", 49).drawn(Seeds.random(1, "image")).length);
  }

  /** Counts differ from 1,000 by less than five deviations, of 29 each. */
  @Test
  void allOrdersAreEquallyLikely() {
    Draw order = new Draw("order", 3, /* isOrder= */ true);
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 6000; i++) {
      counts.merge(Arrays.toString(order.drawn(Seeds.random(1, "image" + i))), 1, Integer::sum);
    }
    assertEquals(6, counts.size());
    counts.forEach((drawn, count) -> assertTrue(Math.abs(count - 1000) < 145, drawn + count));
  }
}
