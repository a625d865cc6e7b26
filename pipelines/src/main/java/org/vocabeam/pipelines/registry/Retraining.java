package org.vocabeam.pipelines.registry;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.vocabeam.pipelines.lock.DirectoryLock;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Steps;
import org.vocabeam.pipelines.stage.GrowStage;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.ingest.ImageIncrements;
import org.vocabeam.transforms.store.StoreReader;

/**
 * One version of a registry, from the images to the promotion. Every step is a request that finds
 * what an interrupted run has completed.
 */
final class Retraining {
  private final RetrainRequest asked;
  private final Runner runner;
  private final PrintStream out;
  private final Registry registry;

  /**
   * @param out where the steps and the result are printed
   */
  Retraining(RetrainRequest asked, Runner runner, PrintStream out) {
    this.asked = asked;
    this.runner = runner;
    this.out = out;
    this.registry = new Registry(asked.registry());
  }

  /** Makes a version under the registry's lock, and records its outcome. */
  Optional<ModelVersion> run() {
    try (DirectoryLock lock =
        DirectoryLock.ofRegistry(registry.root(), "retrain", Retraining::say)) {
      registry.settle();
      int version = registry.versions().size() + 1;
      AtomicBoolean ended = new AtomicBoolean();
      Thread cancel =
          new Thread(
              () -> {
                if (ended.compareAndSet(false, true)) {
                  registry.unfinished(version, true, "stopped by a signal");
                  System.err.println("Stopped; the same command goes on from here");
                  lock.close();
                }
              });
      Runtime.getRuntime().addShutdownHook(cancel);
      try {
        return round(version);
      } catch (IOException e) {
        fail(version, ended, cancel, e);
        throw new UncheckedIOException(e);
      } catch (RuntimeException | Error e) {
        fail(version, ended, cancel, e);
        throw e;
      } finally {
        if (ended.compareAndSet(false, true)) {
          forget(cancel);
        }
      }
    }
  }

  /** Records a failure, unless it is the consequence of a signal that has stopped the process. */
  private void fail(int version, AtomicBoolean ended, Thread cancel, Throwable failure) {
    if (ended.compareAndSet(false, true)) {
      forget(cancel);
      try {
        registry.unfinished(version, false, Failure.of(failure).line());
      } catch (RuntimeException unrecorded) {
        failure.addSuppressed(unrecorded); // the first failure is the one to report
      }
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      return; // the hook finds that there is nothing left to do
    }
  }

  private Optional<ModelVersion> round(int version) throws IOException {
    Steps steps = new Steps(out, runner);
    Optional<VersionRequest> request = request(version, steps);
    if (request.isEmpty()) {
      out.printf(
          "%nNothing new since version %d, which was made with these options: no training%n",
          version - 1);
      return Optional.empty();
    }
    ModelVersion made = new VersionWork(asked, request.get(), registry, steps, out).run();
    steps.summary();
    report(made);
    return Optional.of(made);
  }

  /** Returns what to make a version of: what was begun, or all images so far if any are new. */
  private Optional<VersionRequest> request(int version, Steps steps) throws IOException {
    Optional<VersionRequest> begun = registry.request(version);
    if (begun.isPresent()
        && !failedLast(version)
        && isAskedFor(begun.get(), begun.get().increment())) {
      System.err.printf(
          "Going on with version %d; what is new in %s since is for the next run%n",
          version, asked.input().input());
      return begun;
    }
    out.print(steps.take("Ingest what is new", new GrowStage(asked.input(), registry.data())));
    int increment = new ImageIncrements(registry.data()).count();
    boolean nothingNew =
        registry
            .version(version - 1)
            .filter(before -> before.request().asksForSame(increment, asked))
            .isPresent();
    if (nothingNew) {
      return Optional.empty();
    }
    if (begun.isPresent() && isAskedFor(begun.get(), increment)) {
      return begun;
    }
    return Optional.of(begin(version, begun.isPresent(), increment));
  }

  /** Returns whether what was begun is what is asked for now. */
  private boolean isAskedFor(VersionRequest begun, int increment) {
    return begun.asksForSame(increment, asked)
        && Objects.equals(begun.parent(), registry.promoted());
  }

  /** Returns whether an error ended the work: then, other than after a kill, new images count. */
  private boolean failedLast(int version) {
    List<Event> history = registry.history();
    Event last = history.isEmpty() ? null : history.get(history.size() - 1);
    return last != null && last.version() == version && last.kind() == Event.Kind.FAILED;
  }

  private VersionRequest begin(int version, boolean othersWork, int increment) throws IOException {
    if (othersWork) {
      System.err.printf(
          "Version %d was begun with other options or images: its work is thrown away%n", version);
    }
    registry.discard(version);
    VersionRequest request =
        new VersionRequest(
            version,
            registry.promoted(),
            asked.from(),
            increment,
            StoreReader.open(ImageRecord.TYPE, registry.images(increment)).fingerprint(),
            asked.options());
    registry.begin(request);
    return request;
  }

  private static void say(String line) {
    System.err.println(line);
  }

  private void report(ModelVersion version) {
    Integer parent = version.request().parent();
    for (Condition.Result result : version.gate()) {
      out.printf("Gate:        %s%n", result);
    }
    out.printf(
        "Version %d:   %s%n",
        version.number(),
        version.passed()
            ? "promoted" + (parent == null ? ", the first" : " after version " + parent)
            : "refused; version "
                + (parent == null ? "none" : parent)
                + " stays promoted (registry promote --version="
                + version.number()
                + " promotes it all the same)");
    out.printf("Encoder:     %s%n", registry.encoder(version.number()));
  }
}
