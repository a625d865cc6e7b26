package org.vocabeam.pipelines.lock;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.Documents;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Exclusive lock on a directory; the protocol is in the package documentation.
 *
 * <pre>{@code
 * try (DirectoryLock lock = DirectoryLock.ofOutput("runs/photos", "ingest", messages)) {
 *   stage.run(runner);
 * }
 * }</pre>
 */
public final class DirectoryLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);
  private static final String NAME = "lock";
  private static final String CLAIM = ".json";
  private static final int ATTEMPTS = 4;

  /** Age below which a claim may be withdrawn at once, because two came at the same time. */
  private static final Duration YOUNG = Duration.ofSeconds(10);

  /**
   * Signs of life of the owner of a lock.
   *
   * @param period time between two renewals
   * @param patience time without a renewal after which an owner of another host is taken for dead
   */
  record Renewal(Duration period, Duration patience) {
    /** The renewal of an output's lock. */
    static final Renewal USUAL = new Renewal(Duration.ofSeconds(20), Duration.ofSeconds(90));
  }

  /**
   * Directory or registry that is locked.
   *
   * @param lock directory of the claims
   * @param what its name in messages
   * @param renewal null when claims are not renewed
   */
  record Place(String lock, String what, @Nullable Renewal renewal) {}

  private final String claim;
  private final @Nullable ScheduledExecutorService renewing;
  private final Runnable tidy;

  private DirectoryLock(String claim, @Nullable ScheduledExecutorService renewing, Runnable tidy) {
    this.claim = claim;
    this.renewing = renewing;
    this.tidy = tidy;
  }

  /**
   * Takes the lock of a registry.
   *
   * @param command command that takes it, for the messages of others
   * @param messages gets a line when the lock of a dead process is taken over
   * @throws UserError when another process has it
   */
  public static DirectoryLock ofRegistry(
      String registry, String command, Consumer<String> messages) {
    Clock clock = Clock.systemUTC();
    Place place = new Place(StoreFiles.resolve(registry, NAME), "the registry", null);
    return take(place, LockOwner.here(command, clock), messages, clock, () -> {});
  }

  /**
   * Takes the lock of a directory that a command writes, and makes the directory. Closing the lock
   * removes the directory again if nothing was written into it.
   *
   * @param command command that takes it, for the messages of others
   * @param messages gets a line when the lock of a dead process is taken over
   * @throws UserError when another process has it, or nothing can be written there
   */
  public static DirectoryLock ofOutput(String output, String command, Consumer<String> messages) {
    StoreFiles.refuseFile(output);
    Clock clock = Clock.systemUTC();
    String lock = StoreFiles.resolve(output, NAME);
    try {
      boolean made = !StoreFiles.exists(output);
      StoreFiles.createDirectory(output);
      return take(
          new Place(lock, output, Renewal.USUAL),
          LockOwner.here(command, clock),
          messages,
          clock,
          () -> {
            removeEmpty(lock);
            if (made) {
              removeEmpty(output);
            }
          });
    } catch (IOException e) {
      throw new UserError("cannot lock " + output + ": " + e.getMessage(), e);
    }
  }

  private static void removeEmpty(String directory) {
    try {
      StoreFiles.deleteEmptyDirectory(directory);
    } catch (IOException e) {
      LOG.debug("{} stays", directory, e);
    }
  }

  /**
   * @param tidy called when the lock was given back, or was not taken
   */
  static DirectoryLock take(
      Place place, LockOwner me, Consumer<String> messages, Clock clock, Runnable tidy) {
    String claim = StoreFiles.resolve(place.lock(), UUID.randomUUID() + CLAIM);
    boolean taken = false;
    try {
      for (int attempt = 1; ; attempt++) {
        Optional<String> other = claim(place, claim, me, messages, clock);
        if (other.isEmpty()) {
          taken = true;
          return new DirectoryLock(claim, renewing(place, claim, me), tidy);
        }
        LockOwner owner = Documents.find(LockOwner.class, other.get()).orElse(null);
        boolean young = owner == null || owner.age(clock.instant()).compareTo(YOUNG) < 0;
        if (owner != null && (attempt == ATTEMPTS || !young)) {
          throw new UserError(
              String.format(
                  "%s is locked by %s; wait for its end, or if that process is no more, remove %s",
                  place.what(), owner.describe(clock.instant()), other.get()));
        }
        if (attempt < ATTEMPTS) {
          Thread.sleep(ThreadLocalRandom.current().nextInt(20, 200));
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot lock " + place.lock() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while taking the lock " + place.lock(), e);
    } finally {
      if (!taken) {
        tidy.run();
      }
    }
  }

  /** Claims the lock; withdraws the claim if there is another, and returns the other. */
  private static Optional<String> claim(
      Place place, String claim, LockOwner me, Consumer<String> messages, Clock clock)
      throws IOException, InterruptedException {
    boolean alone = false;
    try {
      Documents.write(claim, me);
      Optional<String> other = other(place, claim, messages, clock);
      alone = other.isEmpty();
      return other;
    } finally {
      if (!alone) {
        StoreFiles.delete(claim);
      }
    }
  }

  /** Returns the claim of another process, if any; claims of dead processes are removed. */
  private static Optional<String> other(
      Place place, String claim, Consumer<String> messages, Clock clock)
      throws IOException, InterruptedException {
    String own = StoreFiles.name(claim);
    for (StoreFiles.Listed file : StoreFiles.list(place.lock())) {
      if (!file.name().endsWith(CLAIM) || file.name().equals(own)) {
        continue;
      }
      Optional<LockOwner> owner = Documents.find(LockOwner.class, file.path());
      if (owner.isEmpty()) {
        continue;
      }
      Optional<String> death =
          owner.get().isDead()
              ? Optional.of("that process has ended")
              : silent(place, file.path(), owner.get(), messages, clock);
      if (death.isEmpty()) {
        return Optional.of(file.path());
      }
      messages.accept(
          String.format(
              "The lock of %s is taken over: %s",
              owner.get().describe(clock.instant()), death.get()));
      StoreFiles.delete(file.path());
    }
    return Optional.empty();
  }

  /** Waits whether a process of another host renews its claim; returns why it is taken for dead. */
  private static Optional<String> silent(
      Place place, String file, LockOwner owner, Consumer<String> messages, Clock clock)
      throws InterruptedException {
    if (place.renewal() == null || !owner.isElsewhere()) {
      return Optional.empty();
    }
    Duration patience = place.renewal().patience();
    messages.accept(
        String.format(
            "%s is locked by %s; waiting up to %d s for a sign of its life",
            place.what(), owner.describe(clock.instant()), patience.toSeconds()));
    long end = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < end) {
      Thread.sleep(Math.max(1, Math.min(5000, patience.toMillis() / 20)));
      Optional<LockOwner> now = Documents.find(LockOwner.class, file);
      if (now.isEmpty()) {
        return Optional.of("it was given back");
      }
      if (!now.get().equals(owner)) {
        return Optional.empty();
      }
    }
    return Optional.of("no sign of life for " + patience.toSeconds() + " s");
  }

  private static @Nullable ScheduledExecutorService renewing(
      Place place, String claim, LockOwner me) {
    if (place.renewal() == null) {
      return null;
    }
    ScheduledExecutorService renewing =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "lock");
              thread.setDaemon(true);
              return thread;
            });
    LockOwner[] owner = {me};
    long period = place.renewal().period().toMillis();
    var unused =
        renewing.scheduleWithFixedDelay(
            () -> {
              owner[0] = owner[0].renewed();
              try {
                Documents.write(claim, owner[0]);
              } catch (RuntimeException e) {
                // A full disk, a network that is away: the next renewal may succeed.
                LOG.warn("The lock {} is not renewed: {}", claim, e.getMessage());
              }
            },
            period,
            period,
            TimeUnit.MILLISECONDS);
    return renewing;
  }

  /** Gives the lock back; a second call does nothing. */
  @Override
  public void close() {
    try {
      if (renewing != null) {
        renewing.shutdown();
        renewing.awaitTermination(10, TimeUnit.SECONDS);
      }
      StoreFiles.delete(claim);
    } catch (NoSuchFileException e) {
      LOG.debug("{} is not there any more", claim, e);
    } catch (IOException e) {
      throw new UserError("cannot remove the lock " + claim + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      tidy.run();
    }
  }
}
