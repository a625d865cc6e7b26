package org.vocabeam.pipelines.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.Documents;

class DirectoryLockTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T12:00:00Z"), ZoneOffset.UTC);

  @TempDir private Path directory;
  private final List<String> messages = new ArrayList<>();

  private DirectoryLock take(String command) {
    return take(command, "the registry", null);
  }

  private DirectoryLock take(String command, String what, DirectoryLock.Renewal renewal) {
    return DirectoryLock.take(
        new DirectoryLock.Place(directory.toString(), what, renewal),
        LockOwner.here(command, CLOCK),
        messages::add,
        CLOCK,
        () -> {});
  }

  private long claims() throws Exception {
    try (var files = Files.list(directory)) {
      return files.count();
    }
  }

  private void claimOf(String host, long pid, String started) {
    Documents.write(
        directory.resolve("claim.json").toString(),
        new LockOwner(host, pid, started, "retrain", "2026-01-02T09:30:00Z", 0));
  }

  private static String start(ProcessHandle process) {
    return process.info().startInstant().orElseThrow().toString();
  }

  @Test
  void isGivenBack() throws Exception {
    take("one").close();
    DirectoryLock second = take("two");
    assertEquals(1, claims());
    second.close();
    second.close();
    assertEquals(0, claims());
  }

  @Test
  void aLivingOwnerIsNamedWithItsAgeAndWhatToDo() throws Exception {
    ProcessHandle me = ProcessHandle.current();
    claimOf(LockOwner.hostName(), me.pid(), start(me));
    String refused = assertThrows(UserError.class, () -> take("two")).getMessage();
    assertEquals(
        String.format(
            "the registry is locked by 'retrain', process %d on %s, since 2 h 30 min; wait for its"
                + " end, or if that process is no more, remove %s/claim.json",
            me.pid(), LockOwner.hostName(), directory),
        refused);
    assertEquals(1, claims(), "the claim of the refused one is withdrawn");
  }

  @Test
  void theLockOfADeadProcessIsTakenOver() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    String started = Instant.now().toString();
    ended.waitFor();
    claimOf(LockOwner.hostName(), ended.pid(), started);
    take("two");
    assertEquals(1, claims());
    assertTrue(messages.get(0).contains("process " + ended.pid()), messages.toString());
    assertTrue(messages.get(0).endsWith("is taken over: that process has ended"));
  }

  /** The id of a process that has ended is given to another one day. */
  @Test
  void aProcessOfTheSameIdIsNotTheOwner() {
    ProcessHandle me = ProcessHandle.current();
    Instant before = Instant.parse(start(me)).minus(Duration.ofHours(1));
    claimOf(LockOwner.hostName(), me.pid(), before.toString());
    take("two");
    assertEquals(1, messages.size());
  }

  @Test
  void aProcessOfAnotherHostIsNeverDead() {
    claimOf("elsewhere", Integer.MAX_VALUE, "2026-01-01T00:00:00Z");
    String refused = assertThrows(UserError.class, () -> take("two")).getMessage();
    assertTrue(refused.contains("on elsewhere, since 2 h 30 min"), refused);
  }

  @Test
  void whoFailsWithdraws() throws Exception {
    take("one").close();
    Files.writeString(directory.resolve("damaged.json"), "?");
    String refused = assertThrows(UserError.class, () -> take("two")).getMessage();
    assertTrue(refused.contains("damaged.json"), refused);
    assertEquals(1, claims());
  }

  @Test
  void ofManyAtOnceOneAtATimeHasIt() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    Callable<Integer> contender =
        () -> {
          int most = 0;
          for (int i = 0; i < 15; i++) {
            try (DirectoryLock lock = take("contender")) {
              most = Math.max(most, inside.incrementAndGet());
              Thread.sleep(1);
              inside.decrementAndGet();
              taken.incrementAndGet();
            } catch (UserError locked) {
              Thread.sleep(3);
            }
          }
          return most;
        };
    List<Callable<Integer>> contenders = List.of(contender, contender, contender, contender);
    for (Future<Integer> most : threads.invokeAll(contenders)) {
      assertTrue(most.get() <= 1, "two have the lock");
    }
    assertTrue(taken.get() > 0);
    assertEquals(0, claims());
    threads.shutdown();
  }

  private static final DirectoryLock.Renewal FAST =
      new DirectoryLock.Renewal(Duration.ofMillis(20), Duration.ofMillis(600));

  @Test
  void anOutputOfADeadProcessOfAnotherHostIsTakenOver() throws Exception {
    claimOf("elsewhere", 17, "2026-01-01T00:00:00Z");
    take("two", "runs/photos", FAST).close();
    assertEquals(0, claims());
    assertEquals(2, messages.size(), messages.toString());
    assertTrue(messages.get(1).contains("no sign of life"), messages.toString());
  }

  @Test
  void anOutputOfALivingProcessOfAnotherHostIsNot() throws Exception {
    claimOf("elsewhere", 17, "2026-01-01T00:00:00Z");
    Thread other =
        new Thread(
            () -> {
              for (int renewals = 1; renewals < 200; renewals++) {
                Documents.write(
                    directory.resolve("claim.json").toString(),
                    new LockOwner(
                        "elsewhere", 17, "a", "ingest", "2026-01-02T09:30:00Z", renewals));
              }
            });
    other.start();
    String refused =
        assertThrows(UserError.class, () -> take("two", "runs/photos", FAST)).getMessage();
    other.join();
    assertTrue(refused.startsWith("runs/photos is locked by 'ingest', process 17 on"), refused);
    assertTrue(Files.exists(directory.resolve("claim.json")));
  }

  @Test
  void theOwnerOfAnOutputRenewsItsClaim() throws Exception {
    try (DirectoryLock lock = take("one", "runs/photos", FAST)) {
      Path claim;
      try (var files = Files.list(directory)) {
        claim = files.filter(file -> file.toString().endsWith(".json")).findFirst().orElseThrow();
      }
      for (int i = 0; i < 500 && renewals(claim) < 2; i++) {
        Thread.sleep(10);
      }
      assertTrue(renewals(claim) >= 2);
    }
    assertEquals(0, claims());
  }

  private static long renewals(Path claim) {
    return Documents.find(LockOwner.class, claim.toString()).orElseThrow().renewals();
  }

  @Test
  void anOutputThatStaysEmptyIsRemoved() throws Exception {
    Path output = directory.resolve("runs/photos");
    Path kept = Files.createDirectories(directory.resolve("kept"));
    DirectoryLock.ofOutput(output.toString(), "ingest", messages::add).close();
    assertTrue(Files.notExists(output));
    DirectoryLock.ofOutput(kept.toString(), "ingest", messages::add).close();
    assertTrue(Files.exists(kept) && Files.notExists(kept.resolve("lock")));
    try (DirectoryLock lock = DirectoryLock.ofOutput(output.toString(), "ingest", messages::add)) {
      String refused =
          assertThrows(
                  UserError.class,
                  () -> DirectoryLock.ofOutput(output.toString(), "embed", messages::add))
              .getMessage();
      assertTrue(refused.startsWith(output + " is locked by 'ingest', process "), refused);
      Files.writeString(output.resolve("file"), "");
    }
    assertTrue(Files.exists(output.resolve("file")) && Files.notExists(output.resolve("lock")));
  }
}
