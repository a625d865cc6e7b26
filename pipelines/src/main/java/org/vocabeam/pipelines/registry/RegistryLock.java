package org.vocabeam.pipelines.registry;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Exclusive lock on a registry; the protocol is in the package documentation.
 *
 * <pre>{@code
 * try (RegistryLock lock = RegistryLock.take("runs/registry", "promote", messages)) {
 *   registry.promote(2);
 * }
 * }</pre>
 */
public final class RegistryLock implements AutoCloseable {
  private static final String CLAIM = ".json";
  private static final int ATTEMPTS = 4;

  /** Age below which a claim may be withdrawn at once, because two came at the same time. */
  private static final Duration YOUNG = Duration.ofSeconds(10);

  private final String claim;

  private RegistryLock(String claim) {
    this.claim = claim;
  }

  /**
   * Takes the lock of a registry.
   *
   * @param command command that takes it, for the messages of others
   * @param messages gets a line when the lock of a dead process is taken over
   * @throws UserError when another process has it
   */
  public static RegistryLock take(String registry, String command, Consumer<String> messages) {
    return take(
        StoreFiles.resolve(registry, "lock"),
        LockOwner.here(command, Clock.systemUTC()),
        messages,
        Clock.systemUTC());
  }

  static RegistryLock take(String directory, LockOwner me, Consumer<String> messages, Clock clock) {
    String claim = StoreFiles.resolve(directory, UUID.randomUUID() + CLAIM);
    try {
      for (int attempt = 1; ; attempt++) {
        Optional<String> other = claim(directory, claim, me, messages, clock);
        if (other.isEmpty()) {
          return new RegistryLock(claim);
        }
        LockOwner owner = Documents.find(LockOwner.class, other.get()).orElse(null);
        boolean young = owner == null || owner.age(clock.instant()).compareTo(YOUNG) < 0;
        if (owner != null && (attempt == ATTEMPTS || !young)) {
          throw new UserError(
              String.format(
                  "the registry is locked by %s; wait for its end, or if that process is no more,"
                      + " remove %s",
                  owner.describe(clock.instant()), other.get()));
        }
        if (attempt < ATTEMPTS) {
          Thread.sleep(ThreadLocalRandom.current().nextInt(20, 200));
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot lock " + directory + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while taking the lock " + directory, e);
    }
  }

  /** Claims the lock; withdraws the claim if there is another, and returns the other. */
  private static Optional<String> claim(
      String directory, String claim, LockOwner me, Consumer<String> messages, Clock clock)
      throws IOException {
    boolean alone = false;
    try {
      Documents.write(claim, me);
      Optional<String> other = other(directory, claim, messages, clock);
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
      String directory, String claim, Consumer<String> messages, Clock clock) throws IOException {
    String own = StoreFiles.name(claim);
    for (StoreFiles.Listed file : StoreFiles.list(directory)) {
      if (!file.name().endsWith(CLAIM) || file.name().equals(own)) {
        continue;
      }
      Optional<LockOwner> owner = Documents.find(LockOwner.class, file.path());
      if (owner.isPresent() && owner.get().isDead()) {
        messages.accept(
            "The lock of "
                + owner.get().describe(clock.instant())
                + " is taken over: that process has ended");
        StoreFiles.delete(file.path());
      } else if (owner.isPresent()) {
        return Optional.of(file.path());
      }
    }
    return Optional.empty();
  }

  /** Gives the lock back; a second call does nothing. */
  @Override
  public void close() {
    try {
      StoreFiles.delete(claim);
    } catch (IOException e) {
      throw new UserError("cannot remove the lock " + claim + ": " + e.getMessage(), e);
    }
  }
}
