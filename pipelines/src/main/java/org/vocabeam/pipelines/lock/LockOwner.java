package org.vocabeam.pipelines.lock;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A process that works on a directory.
 *
 * @param host name of its host
 * @param pid process id on that host
 * @param started start of the process, ISO 8601, because process ids are used again
 * @param command command of the process
 * @param since time at which it took the lock, ISO 8601
 * @param renewals number of times it has shown since then that it lives
 */
public record LockOwner(
    String host, long pid, String started, String command, String since, long renewals) {
  /** Largest difference of one start as two JVMs read it. */
  private static final Duration SAME_START = Duration.ofSeconds(5);

  /** Returns this process. */
  static LockOwner here(String command, Clock clock) {
    ProcessHandle process = ProcessHandle.current();
    return new LockOwner(
        hostName(),
        process.pid(),
        process.info().startInstant().orElse(Instant.EPOCH).toString(),
        command,
        clock.instant().toString(),
        0);
  }

  /** Returns the name of this host. */
  public static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return Optional.ofNullable(System.getenv("HOSTNAME")).orElse("localhost");
    }
  }

  /** Returns the same owner, which has shown once more that it lives. */
  LockOwner renewed() {
    return new LockOwner(host, pid, started, command, since, renewals + 1);
  }

  @JsonIgnore
  boolean isElsewhere() {
    return !host.equals(hostName());
  }

  /** Returns whether it is a process of this host that has ended. */
  @JsonIgnore
  boolean isDead() {
    if (isElsewhere()) {
      return false;
    }
    Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    if (process.isEmpty()) {
      return true;
    }
    Optional<Instant> start = process.get().info().startInstant();
    return start.isPresent()
        && Duration.between(start.get(), Instant.parse(started)).abs().compareTo(SAME_START) > 0;
  }

  Duration age(Instant now) {
    return Duration.between(Instant.parse(since), now);
  }

  /** Returns the process and the age of its lock, for a message. */
  String describe(Instant now) {
    Duration age = age(now);
    return String.format(
        "'%s', process %d on %s, since %d h %02d min",
        command, pid, host, age.toHours(), age.toMinutesPart());
  }
}
