package org.vocabeam.transforms.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.training.EpochPlan.Group;
import org.vocabeam.transforms.training.EpochPlan.Window;

class EpochPlanTest {
  private static final int TRIALS = 200;

  /** Row groups with so many rows to train on. */
  private static List<Group> groups(int... selected) {
    return IntStream.range(0, selected.length)
        .mapToObj(
            i ->
                new Group(
                    new RowGroup("/store/part", i, 0, selected[i] + 3, 1000),
                    "part#" + i,
                    0,
                    selected[i]))
        .toList();
  }

  private static List<Group> groups(SplittableRandom random) {
    int[] selected = random.ints(1 + random.nextInt(12), 0, 9).toArray();
    selected[0] = 1 + random.nextInt(8);
    return groups(selected);
  }

  private static EpochPlan plan(SplittableRandom random) {
    List<Group> groups = groups(random);
    int usable = (int) groups.stream().filter(g -> g.selected() > 0).count();
    return new EpochPlan(
        groups, random.nextLong(), 1 + random.nextInt(usable), 1 + random.nextInt(30));
  }

  private static long rows(Window window) {
    return window.groups().stream().mapToLong(Group::selected).sum();
  }

  private static long rows(EpochPlan plan) {
    return plan.groups().stream().mapToLong(Group::selected).sum();
  }

  /** Every image of the windows, named by its epoch, its window and its place there. */
  private static List<String> images(List<Window> windows) {
    return windows.stream()
        .flatMap(
            w ->
                LongStream.range(w.skip(), w.skip() + w.take())
                    .mapToObj(place -> w.epoch() + " " + w.groups() + " " + place))
        .toList();
  }

  @Test
  void everyImageOncePerEpochWhateverReplicasAndWindow() {
    SplittableRandom random = new SplittableRandom(1);
    for (int trial = 0; trial < TRIALS; trial++) {
      EpochPlan plan = plan(random);
      int epochs = 3;
      Map<Long, List<Group>> seen = new TreeMap<>();
      for (int replica = 0; replica < plan.replicas(); replica++) {
        // As many images as there are: at least so many epochs of a part of them.
        List<Window> windows = plan.windows(replica, 0, epochs * rows(plan));
        for (Window window : windows.subList(0, windows.size() - 1)) {
          assertEquals(rows(window), window.take(), "windows are seen whole");
        }
        for (Window window : windows) {
          assertEquals(0, window.skip());
          if (window.epoch() < epochs) {
            seen.computeIfAbsent(window.epoch(), e -> new ArrayList<>()).addAll(window.groups());
          }
        }
      }
      assertEquals(epochs, seen.size());
      for (List<Group> epoch : seen.values()) {
        assertEquals(
            plan.groups().stream().map(g -> g.rows().index()).sorted().toList(),
            epoch.stream().map(g -> g.rows().index()).sorted().toList(),
            "every row group once, so replicas are disjoint: " + plan);
      }
    }
  }

  @Test
  void piecesOfTheStreamAreTheStream() {
    SplittableRandom random = new SplittableRandom(2);
    for (int trial = 0; trial < TRIALS; trial++) {
      EpochPlan plan = plan(random);
      int replica = random.nextInt(plan.replicas());
      long start = random.nextLong(3 * rows(plan));
      List<String> pieces = new ArrayList<>();
      long position = start;
      for (int piece = 0; piece < 6; piece++) {
        long count = random.nextLong(2 * rows(plan));
        List<Window> windows = plan.windows(replica, position, count);
        assertEquals(count, windows.stream().mapToLong(Window::take).sum());
        pieces.addAll(images(windows));
        position += count;
      }
      assertEquals(images(plan.windows(replica, start, position - start)), pieces, plan.toString());
    }
  }

  @Test
  void aWindowIsLessThanOneRowGroupTooLarge() {
    SplittableRandom random = new SplittableRandom(3);
    boolean several = false;
    for (int trial = 0; trial < TRIALS; trial++) {
      EpochPlan plan = plan(random);
      for (Window window : plan.windows(0, 0, 2 * rows(plan))) {
        int count = window.groups().size();
        long largest = window.groups().stream().mapToLong(Group::selected).max().orElseThrow();
        assertTrue(rows(window) < plan.windowRows() + largest, window.toString());
        assertTrue(
            rows(new Window(0, window.groups().subList(0, count - 1), 0, 0)) < plan.windowRows(),
            "closed as soon as it is full");
        several |= count > 1;
      }
    }
    assertTrue(several, "no window of several row groups was tried");
  }

  @Test
  void epochsAndSeedsDiffer() {
    List<Group> groups = groups(5, 4, 3, 5, 4, 3, 5, 4, 3, 5);
    EpochPlan plan = new EpochPlan(groups, 1, 1, 1);
    List<List<Group>> epochs = new ArrayList<>(List.of(List.of(), List.of(), List.of()));
    plan.windows(0, 0, 3 * rows(plan))
        .forEach(
            w -> {
              List<Group> of = new ArrayList<>(epochs.get((int) w.epoch()));
              of.addAll(w.groups());
              epochs.set((int) w.epoch(), of);
            });
    assertEquals(3, epochs.stream().distinct().count());
    List<Window> otherSeed = new EpochPlan(groups, 2, 1, 1).windows(0, 0, rows(plan));
    assertNotEquals(plan.windows(0, 0, rows(plan)), otherSeed);
  }

  @Test
  void theOrderIsThatOfTheNamesWhereverTheStoreLies() {
    List<Group> here = groups(5, 4, 3, 5, 4, 3);
    List<Group> there =
        here.stream()
            .map(
                g ->
                    new Group(
                        new RowGroup("/elsewhere", g.rows().index(), 0, g.rows().rows(), 1000),
                        g.name(),
                        g.before(),
                        g.selected()))
            .toList();
    assertEquals(indices(new EpochPlan(here, 1, 1, 7)), indices(new EpochPlan(there, 1, 1, 7)));
  }

  private static List<List<Integer>> indices(EpochPlan plan) {
    return plan.windows(0, 0, 100).stream()
        .map(w -> w.groups().stream().map(g -> g.rows().index()).toList())
        .toList();
  }

  @Test
  void impossiblePlansAreRefused() {
    List<Group> three = groups(5, 0, 4, 1);
    assertEquals(3, new EpochPlan(three, 1, 3, 1).groups().size());
    assertTrue(refused(three, 4, 1).startsWith("replicas is 4, must be 1 to 3, "));
    assertTrue(refused(three, 0, 1).startsWith("replicas is 0, must be 1 to 3, "));
    assertEquals("shuffle window is 0 images, must be at least 1", refused(three, 1, 0));
    assertTrue(refused(groups(0, 0), 1, 1).contains("no image to train on"));
  }

  private static String refused(List<Group> groups, int replicas, long windowRows) {
    return assertThrows(UserError.class, () -> new EpochPlan(groups, 1, replicas, windowRows))
        .getMessage();
  }
}
