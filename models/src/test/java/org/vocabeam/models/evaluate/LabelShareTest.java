package org.vocabeam.models.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelShareTest {
  /** Classes of 300 rows, mixed: 150 of class 0, 100 of class 1, 49 of class 2, 1 of class 3. */
  private static final int[] LABELS =
      IntStream.range(0, 300).map(i -> i == 7 ? 3 : i % 2 == 0 ? 0 : i % 3 == 0 ? 2 : 1).toArray();

  private static final List<String> IDS =
      IntStream.range(0, 300).mapToObj(i -> "train/" + i + ".png").toList();

  private static Set<String> chosen(LabelShare share, List<String> ids, int[] labels) {
    return Arrays.stream(share.rows(ids, labels)).mapToObj(ids::get).collect(Collectors.toSet());
  }

  @Test
  void takesTheShareOfEveryClass() {
    for (double share : new double[] {0.01, 0.07, 0.1, 1}) {
      int[] rows = new LabelShare(share, 5).rows(IDS, LABELS);
      for (int label = 0; label < 4; label++) {
        int own = label;
        long rowsOfClass = Arrays.stream(LABELS).filter(l -> l == own).count();
        long taken = Arrays.stream(rows).filter(row -> LABELS[row] == own).count();
        assertEquals((long) Math.ceil(Math.round(share * 100) * rowsOfClass / 100.0), taken);
      }
      assertArrayEquals(Arrays.stream(rows).sorted().distinct().toArray(), rows);
    }
  }

  @Test
  void aRoundShareIsNotRoundedUp() {
    assertTrue(0.07 * 100 > 7);
    assertEquals(7, new LabelShare(0.07, 0).count(100));
    assertEquals(8, new LabelShare(0.07, 0).count(101));
    assertEquals(1, new LabelShare(0.01, 0).count(1));
  }

  @Test
  void aSmallerShareIsPartOfALargerOne() {
    Set<String> small = chosen(new LabelShare(0.05, 3), IDS, LABELS);
    Set<String> large = chosen(new LabelShare(0.3, 3), IDS, LABELS);
    assertTrue(large.containsAll(small));
    assertTrue(large.size() > small.size());
  }

  @Test
  void dependsOnIdAndSeedNotOnOrder() {
    List<Integer> order = IntStream.range(0, 300).boxed().collect(Collectors.toList());
    Collections.reverse(order);
    List<String> ids = order.stream().map(IDS::get).toList();
    int[] labels = order.stream().mapToInt(i -> LABELS[i]).toArray();
    LabelShare share = new LabelShare(0.1, 3);
    assertEquals(chosen(share, IDS, LABELS), chosen(share, ids, labels));
    assertNotEquals(chosen(share, IDS, LABELS), chosen(new LabelShare(0.1, 4), IDS, LABELS));
  }

  @Test
  void rejectsSharesOutOfRange() {
    assertThrows(IllegalArgumentException.class, () -> new LabelShare(0, 0));
    assertThrows(IllegalArgumentException.class, () -> new LabelShare(1.01, 0));
    assertThrows(IllegalArgumentException.class, () -> new LabelShare(Double.NaN, 0));
  }
}
