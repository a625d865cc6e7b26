package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.lock.DirectoryLock;
import org.vocabeam.pipelines.options.RegistryOption;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.registry.Event;
import org.vocabeam.pipelines.registry.ModelVersion;
import org.vocabeam.pipelines.registry.Registry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The models of a registry, and the choice of the promoted one. */
@Command(
    name = "registry",
    header = "Lists the models of retrain, promotes one, or rolls back.",
    description =
        "list shows the versions and what happened to them; show, one version whole (by"
            + " default the promoted one); promote makes a version the promoted one, whatever"
            + " its gate said; rollback promotes the one before.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam registry list --registry=runs/registry",
      "  ./vocabeam registry promote --registry=runs/registry --version=2"
    })
public final class RegistryCommand implements Callable<Integer> {
  private static final List<String> COLUMNS = List.of("knn20", "linear", "linear@0.01");

  /** Actions on a registry. */
  enum Action {
    LIST,
    SHOW,
    PROMOTE,
    ROLLBACK
  }

  @Parameters(index = "0", paramLabel = "ACTION", description = "list, show, promote or rollback.")
  private Action action;

  @Mixin private RegistryOption registry;

  @Option(
      names = "--version",
      order = Sections.REGISTRY,
      paramLabel = "N",
      description = "Number of the version to show or promote.")
  private @Nullable Integer version;

  @Mixin private RunnerArguments pipelines;

  @Override
  public Integer call() {
    pipelines.runner().options("registry");
    Registry models = new Registry(registry.directory());
    if (version != null && (action == Action.LIST || action == Action.ROLLBACK)) {
      throw new UserError(
          "--version is " + version + ", but only show and promote have it; leave it out");
    }
    if (version != null && version < 1) {
      throw new UserError("--version is " + version + ", must be at least 1");
    }
    switch (action) {
      case LIST -> list(models);
      case SHOW -> show(models);
      case PROMOTE -> {
        if (version == null) {
          throw new UserError("promote needs --version; registry list shows them");
        }
        try (DirectoryLock lock = lock("registry promote")) {
          models.settle();
          models.promote(version);
        }
        System.out.printf("Promoted:    version %d%n", version);
      }
      case ROLLBACK -> {
        try (DirectoryLock lock = lock("registry rollback")) {
          models.settle();
          System.out.printf("Promoted:    version %d, as before%n", models.rollBack());
        }
      }
    }
    return 0;
  }

  private DirectoryLock lock(String command) {
    return DirectoryLock.ofRegistry(registry.directory(), command, System.err::println);
  }

  private void list(Registry models) {
    List<ModelVersion> versions = models.versions();
    List<Event> history = models.history();
    if (versions.isEmpty() && history.isEmpty()) {
      throw new UserError(registry.directory() + " has no version yet; retrain makes the first");
    }
    Integer promoted = models.promoted();
    StringBuilder table = new StringBuilder(String.format("%-9s%-12s%9s", "", "from", "images"));
    COLUMNS.forEach(metric -> table.append(String.format("%13s", metric)));
    table.append("  accuracy, %\n");
    for (ModelVersion listed : versions) {
      table.append(String.format("%-9d%-12s%9d", listed.number(), origin(listed), listed.images()));
      COLUMNS.forEach(metric -> table.append(String.format("%13s", percent(listed, metric))));
      table.append(Objects.equals(promoted, listed.number()) ? "  promoted" : "").append('\n');
    }
    System.out.print(table);
    System.out.println();
    for (Event event : history) {
      System.out.printf(
          "%s  version %d %s, %s (%s): %s%n",
          event.time(),
          event.version(),
          event.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '),
          event.by(),
          event.who(),
          event.reason());
    }
  }

  private static String origin(ModelVersion listed) {
    return listed.request().isFromParent() ? "version " + listed.request().parent() : "scratch";
  }

  private static String percent(ModelVersion listed, String metric) {
    Double value = listed.metrics().get(metric);
    return value == null ? "-" : String.format(Locale.ROOT, "%.2f", 100 * value);
  }

  private void show(Registry models) {
    Integer promoted = models.promoted();
    if (version == null && promoted == null) {
      throw new UserError(registry.directory() + " has no promoted version; give --version");
    }
    int number = version == null ? promoted : version;
    ModelVersion shown = models.completeVersion(number);
    System.out.printf(
        "Version %d%s%n", number, Objects.equals(promoted, number) ? ", promoted" : "");
    System.out.printf("Encoder:     %s%n", models.encoder(number));
    System.out.printf("Run:         %s%n", models.run(number));
    System.out.println(shown.toJson());
  }
}
