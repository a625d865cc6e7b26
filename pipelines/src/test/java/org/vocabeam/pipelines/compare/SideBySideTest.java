package org.vocabeam.pipelines.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SideBySideTest {
  /** Each waits for the other, and the first ends last. */
  @Test
  void runsAreUnderWayTogetherAndKeepTheirOrder() {
    CyclicBarrier both = new CyclicBarrier(2);
    CountDownLatch second = new CountDownLatch(1);
    Supplier<String> first =
        () -> {
          meet(both);
          Uninterruptibles.awaitUninterruptibly(second);
          return "first";
        };
    Supplier<String> other =
        () -> {
          meet(both);
          second.countDown();
          return "second";
        };
    assertEquals(List.of("first", "second"), new SideBySide(2).run(List.of(first, other)));
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void oneAtATimeIsInTheCallingThread() {
    Thread caller = Thread.currentThread();
    List<Supplier<Thread>> runs = List.of(Thread::currentThread, Thread::currentThread);
    assertEquals(List.of(caller, caller), new SideBySide(1).run(runs));
  }

  @Test
  void afterAFailureNoneIsBegunAndThoseUnderWayAreFinished() {
    IllegalStateException failure = new IllegalStateException("failed");
    CountDownLatch failing = new CountDownLatch(1);
    AtomicBoolean finished = new AtomicBoolean();
    AtomicBoolean begun = new AtomicBoolean();
    Supplier<String> underWay =
        () -> {
          Uninterruptibles.awaitUninterruptibly(failing);
          Uninterruptibles.sleepUninterruptibly(50, TimeUnit.MILLISECONDS);
          finished.set(true);
          return "";
        };
    Supplier<String> fails =
        () -> {
          failing.countDown();
          throw failure;
        };
    Supplier<String> later =
        () -> {
          begun.set(true);
          return "";
        };
    assertSame(
        failure,
        assertThrows(
            IllegalStateException.class,
            () -> new SideBySide(2).run(List.of(underWay, fails, later))));
    assertEquals(true, finished.get());
    begun.set(false);
    assertThrows(IllegalStateException.class, () -> new SideBySide(1).run(List.of(fails, later)));
    assertFalse(begun.get());
  }
}
