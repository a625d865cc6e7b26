package org.vocabeam.transforms.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.models.UserError;

class AheadTest {
  private static Iterator<Integer> numbers(int count) {
    return IntStream.range(0, count).iterator();
  }

  /** The larger number of a pair is done first, by as many threads as there are. */
  private static String slowly(int number) {
    Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(number % 2 == 0 ? 2 : 0));
    return "n" + number;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void resultsHaveTheOrderOfTheirItems(int threads) {
    try (Ahead<String> results = Ahead.map(numbers(50), AheadTest::slowly, threads, 20)) {
      assertEquals(
          IntStream.range(0, 50).mapToObj(i -> "n" + i).toList(), ImmutableList.copyOf(results));
      assertFalse(results.hasNext());
      assertThrows(NoSuchElementException.class, results::next);
    }
  }

  @Test
  void severalThreadsWorkAtATime() throws InterruptedException {
    CountDownLatch all = new CountDownLatch(3);
    try (Ahead<Integer> results =
        Ahead.map(
            numbers(3),
            number -> {
              all.countDown();
              assertTrue(Uninterruptibles.awaitUninterruptibly(all, Duration.ofSeconds(30)));
              return number;
            },
            3,
            3)) {
      assertEquals(List.of(0, 1, 2), ImmutableList.copyOf(results));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void noMoreItemsAreBegunThanThereIsRoomFor(int threads) {
    int ahead = 5;
    AtomicInteger taken = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Iterator<Integer> counted =
        Stream.iterate(0, n -> n + 1)
            .limit(200)
            .peek(begun -> most.accumulateAndGet(begun + 1 - taken.get(), Math::max))
            .iterator();
    try (Ahead<String> results = Ahead.map(counted, AheadTest::slowly, threads, ahead)) {
      for (int i = 0; i < 100; i++) {
        taken.incrementAndGet(); // before the room is given back
        assertEquals("n" + i, results.next());
      }
    }
    assertTrue(most.get() <= ahead, "begun ahead: " + most);
    assertTrue(most.get() > 1, "begun ahead: " + most);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void anExceptionIsThrownAtThePlaceOfItsItem(int threads) {
    UserError damaged = new UserError("image 11 is damaged");
    try (Ahead<Integer> results =
        Ahead.map(
            numbers(50),
            number -> {
              if (number >= 11) {
                throw number == 11 ? damaged : new UserError("image " + number + " is damaged");
              }
              Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(1));
              return number;
            },
            threads,
            20)) {
      for (int i = 0; i < 11; i++) {
        assertEquals(i, results.next());
      }
      assertSame(damaged, assertThrows(UserError.class, results::next));
      assertSame(damaged, assertThrows(UserError.class, results::next), "and again");
    }
  }

  @Test
  void anErrorInAnItemIsNotSwallowed() {
    try (Ahead<Integer> results =
        Ahead.map(
            numbers(1),
            number -> {
              throw new StackOverflowError();
            },
            1,
            1)) {
      assertThrows(StackOverflowError.class, results::next);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void anExceptionOfTheSourceIsThrownAtItsPlace(int threads) {
    UserError lost = new UserError("the file is not there any more");
    Iterator<Integer> source =
        Stream.iterate(0, n -> n + 1)
            .peek(
                number -> {
                  if (number == 4) {
                    throw lost;
                  }
                })
            .iterator();
    try (Ahead<String> results = Ahead.map(source, AheadTest::slowly, threads, 20)) {
      for (int i = 0; i < 4; i++) {
        assertEquals("n" + i, results.next());
      }
      assertSame(lost, assertThrows(UserError.class, results::next));
    }
  }

  /** Threads may be waiting for room, for the source, or be at work. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void closingEndsTheThreads(int threads) throws InterruptedException {
    Set<Thread> seen = Collections.newSetFromMap(new ConcurrentHashMap<>());
    CountDownLatch never = new CountDownLatch(1);
    Iterator<Integer> waiting =
        new Iterator<>() {
          private int number;

          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public Integer next() {
            if (number == 10) {
              await(never);
            }
            return number++;
          }
        };
    Ahead<Integer> results =
        Ahead.map(
            waiting,
            number -> {
              seen.add(Thread.currentThread());
              if (number == 9) {
                await(never);
              }
              return number;
            },
            threads,
            20);
    for (int i = 0; i < 9; i++) {
      assertEquals(i, results.next());
    }
    results.close();
    results.close();
    assertFalse(seen.isEmpty());
    for (Thread thread : seen) {
      thread.join(30_000);
      assertFalse(thread.isAlive(), thread.getName());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theTakerCanBeInterrupted() {
    CountDownLatch never = new CountDownLatch(1);
    try (Ahead<Integer> results =
        Ahead.map(
            numbers(3),
            number -> {
              await(never);
              return number;
            },
            1,
            1)) {
      Thread.currentThread().interrupt();
      assertThrows(IllegalStateException.class, results::next);
      assertTrue(Thread.interrupted(), "the thread stays interrupted");
    }
  }

  @Test
  void resultsThatNobodyTookAreClosed() {
    Set<Integer> open = ConcurrentHashMap.newKeySet();
    AtomicInteger opened = new AtomicInteger();
    Ahead<AutoCloseable> results =
        Ahead.map(
            numbers(20),
            number -> {
              open.add(number);
              opened.incrementAndGet();
              return () -> open.remove(number);
            },
            2,
            5);
    results.next();
    assertTrue(results.hasNext());
    results.close();
    assertEquals(Set.of(0), open, "only what was taken is left to its taker");
    assertTrue(opened.get() > 1);
  }

  @Test
  void networksThatAreFedAtTheSameTimeShareTheProcessors() {
    int processors = Runtime.getRuntime().availableProcessors();
    Set<Thread> first = Collections.newSetFromMap(new ConcurrentHashMap<>());
    try (Ahead<Boolean> results =
        FeedThreads.AUTOMATIC.map(
            numbers(1000), number -> first.add(Thread.currentThread()), 1000)) {
      results.forEachRemaining(added -> {});
    }
    assertTrue(first.size() <= processors, first + " of " + processors);
    assertThrows(UserError.class, () -> new FeedThreads(-1));
  }
}
