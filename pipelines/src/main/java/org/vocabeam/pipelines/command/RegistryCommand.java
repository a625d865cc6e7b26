package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.registry.Event;
import org.vocabeam.pipelines.registry.ModelVersion;
import org.vocabeam.pipelines.registry.Registry;
import org.vocabeam.pipelines.registry.RegistryLock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The models of a registry, and the choice of the promoted one. */
@Command(
    name = "registry",
    description =
        "list shows the versions and their history, show one version whole (the promoted one"
            + " without --version). promote makes a version the promoted one, whatever its gate"
            + " said; rollback the version that was promoted before.",
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

  @Option(
      names = "--registry",
      order = Sections.INPUT,
      required = true,
      paramLabel = "DIR",
      description = "Registry, as retrain writes it.")
  private String location;

  @Option(
      names = "--version",
      order = Sections.INPUT,
      paramLabel = "N",
      description = "Version that show and promote take.")
  private @Nullable Integer version;

  @Mixin private RunnerArguments pipelines;

  @Override
  public Integer call() {
    pipelines.runner().options("registry");
    Registry registry = new Registry(location);
    if (version != null && (action == Action.LIST || action == Action.ROLLBACK)) {
      throw new UserError(
          "--version is " + version + ", but only show and promote have it; leave it out");
    }
    switch (action) {
      case LIST -> list(registry);
      case SHOW -> show(registry);
      case PROMOTE -> {
        if (version == null) {
          throw new UserError("promote needs --version; registry list shows them");
        }
        try (RegistryLock lock = lock("registry promote")) {
          registry.settle();
          registry.promote(version);
        }
        System.out.printf("Promoted:    version %d%n", version);
      }
      case ROLLBACK -> {
        try (RegistryLock lock = lock("registry rollback")) {
          registry.settle();
          System.out.printf("Promoted:    version %d, as before%n", registry.rollBack());
        }
      }
    }
    return 0;
  }

  private RegistryLock lock(String command) {
    return RegistryLock.take(location, command, System.err::println);
  }

  private void list(Registry registry) {
    List<ModelVersion> versions = registry.versions();
    List<Event> history = registry.history();
    if (versions.isEmpty() && history.isEmpty()) {
      throw new UserError(location + " has no version yet; retrain makes the first");
    }
    Integer promoted = registry.promoted();
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

  private void show(Registry registry) {
    Integer promoted = registry.promoted();
    if (version == null && promoted == null) {
      throw new UserError(location + " has no promoted version; give --version");
    }
    int number = version == null ? promoted : version;
    ModelVersion shown = registry.completeVersion(number);
    System.out.printf(
        "Version %d%s%n", number, Objects.equals(promoted, number) ? ", promoted" : "");
    System.out.printf("Encoder:     %s%n", registry.encoder(number));
    System.out.printf("Run:         %s%n", registry.run(number));
    System.out.println(shown.toJson());
  }
}
