package org.vocabeam.pipelines.registry;

import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.Documents;
import org.vocabeam.pipelines.lock.DirectoryLock;
import org.vocabeam.pipelines.lock.LockOwner;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.ingest.ImageIncrements;

/**
 * Files of a registry. Whoever changes something holds its {@link DirectoryLock}.
 *
 * <pre>{@code
 * Registry registry = new Registry("runs/registry");
 * String encoder = registry.encoder(registry.promoted());
 * }</pre>
 *
 * @param root directory of the registry
 */
public record Registry(String root) {
  private static final String AUTOMATIC = "automatic";
  private static final String MANUAL = "manual";

  /** The content of {@code current.json}. */
  private record Current(int version) {}

  /** Returns the directory of the images that grow. */
  public String data() {
    return StoreFiles.resolve(root, "data");
  }

  /** Returns the store of all images up to an increment. */
  public String images(int increment) {
    return new ImageIncrements(data()).images(increment);
  }

  /** Returns the directory of a version. */
  public String directory(int version) {
    return StoreFiles.resolve(root, String.format(Locale.ROOT, "versions/%06d", version));
  }

  private String file(int version, String name) {
    return StoreFiles.resolve(directory(version), name);
  }

  /** Returns the run that made a version; its newest checkpoint is the encoder. */
  public String run(int version) {
    return file(version, "run");
  }

  /** Returns the evaluation of a version, or of the model that the version is compared with. */
  public String evaluation(int version, boolean parent) {
    return file(version, parent ? "evaluation/parent" : "evaluation/candidate");
  }

  /** Returns the SavedModel of a version. */
  public String encoder(int version) {
    return file(version, "encoder");
  }

  private String current() {
    return StoreFiles.resolve(root, "current.json");
  }

  /** Returns the complete versions, from the first. */
  public List<ModelVersion> versions() {
    List<ModelVersion> versions = new ArrayList<>();
    Optional<ModelVersion> next = version(1);
    while (next.isPresent()) {
      versions.add(next.get());
      next = version(versions.size() + 1);
    }
    return versions;
  }

  /** Returns a version, if it is complete. */
  public Optional<ModelVersion> version(int number) {
    return Documents.find(ModelVersion.class, file(number, "version.json"));
  }

  /** Returns a version; refuses one that is not complete. */
  public ModelVersion completeVersion(int number) {
    return version(number)
        .orElseThrow(
            () ->
                new UserError(
                    String.format(
                        "%s has no complete version %d, only %s",
                        root,
                        number,
                        versions().isEmpty() ? "none yet" : "1 to " + versions().size())));
  }

  /** Returns the promoted version; null before the first promotion. */
  public @Nullable Integer promoted() {
    return Documents.find(Current.class, current()).map(Current::version).orElse(null);
  }

  /** Returns what a version is made of, once the work on it has begun. */
  public Optional<VersionRequest> request(int version) {
    return Documents.find(VersionRequest.class, file(version, "request.json"));
  }

  /** Begins the work on a version. */
  public void begin(VersionRequest request) {
    Documents.write(file(request.version(), "request.json"), request);
  }

  /** Removes what there is of an incomplete version. */
  public void discard(int version) throws IOException {
    // The request first: without it, what is left of the rest is nobody's.
    StoreFiles.delete(file(version, "request.json"));
    delete(directory(version));
  }

  /** Removes all files under a directory. */
  public void delete(String directory) throws IOException {
    for (StoreFiles.Listed file : StoreFiles.list(directory)) {
      StoreFiles.delete(file.path());
    }
  }

  /** Completes a version, and promotes it if it has passed its gate. */
  public void complete(ModelVersion version) {
    Documents.write(file(version.number(), "version.json"), version);
    settle();
  }

  /** Finishes the newest version, if the run that made it was killed before. */
  public void settle() {
    List<ModelVersion> versions = versions();
    if (versions.isEmpty()) {
      return;
    }
    ModelVersion newest = versions.get(versions.size() - 1);
    boolean decided =
        history().stream()
            .anyMatch(
                e ->
                    e.version() == newest.number()
                        && e.kind() != Event.Kind.FAILED
                        && e.kind() != Event.Kind.CANCELLED);
    if (decided) {
      return;
    }
    if (newest.passed()) {
      Documents.write(current(), new Current(newest.number()));
    }
    String reason =
        newest.gate().isEmpty()
            ? "no gate"
            : newest.gate().stream()
                .map(Condition.Result::toString)
                .collect(Collectors.joining("; "));
    record(
        Event.of(
                newest.passed() ? Event.Kind.PROMOTED : Event.Kind.REFUSED,
                newest.number(),
                newest.request().parent(),
                AUTOMATIC,
                reason)
            .with(newest));
  }

  /** Makes a complete version the current one. */
  public void promote(int number) {
    ModelVersion version = completeVersion(number);
    Integer before = promoted();
    if (before != null && before == number) {
      throw new UserError("version " + number + " is promoted already");
    }
    Documents.write(current(), new Current(number));
    record(Event.of(Event.Kind.PROMOTED, number, before, MANUAL, "by command").with(version));
  }

  /** Promotes the version that was promoted before the current one, and returns its number. */
  public int rollBack() {
    Deque<Integer> promotions = new ArrayDeque<>();
    for (Event event : history()) {
      if (event.kind() == Event.Kind.PROMOTED) {
        promotions.push(event.version());
      } else if (event.kind() == Event.Kind.ROLLED_BACK) {
        promotions.pop();
      }
    }
    if (promotions.size() < 2) {
      throw new UserError(
          root
              + " has no version to roll back to: "
              + (promotions.isEmpty()
                  ? "none was promoted yet"
                  : "version " + promotions.peek() + " is the first that was promoted"));
    }
    int from = promotions.pop();
    int to = promotions.peek();
    ModelVersion version = completeVersion(to);
    Documents.write(current(), new Current(to));
    record(Event.of(Event.Kind.ROLLED_BACK, to, from, MANUAL, "by command").with(version));
    return to;
  }

  /** Records that the work on a version ended without one. */
  public void unfinished(int version, boolean cancelled, String reason) {
    record(
        Event.of(
            cancelled ? Event.Kind.CANCELLED : Event.Kind.FAILED,
            version,
            promoted(),
            AUTOMATIC,
            reason));
  }

  /** Returns the events, from the first. */
  public List<Event> history() {
    List<Event> events = new ArrayList<>();
    Optional<Event> next = event(1);
    while (next.isPresent()) {
      events.add(next.get());
      next = event(events.size() + 1);
    }
    return events;
  }

  private Optional<Event> event(int number) {
    return Documents.find(Event.class, eventFile(number));
  }

  private String eventFile(int number) {
    return StoreFiles.resolve(root, String.format(Locale.ROOT, "history/%06d.json", number));
  }

  private void record(Event event) {
    int number = history().size() + 1;
    String time = Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS).toString();
    String who = System.getProperty("user.name") + "@" + LockOwner.hostName();
    Documents.write(eventFile(number), event.at(number, time, who));
  }
}
