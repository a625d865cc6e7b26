package org.vocabeam.pipelines;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.beans.Introspector;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Mixin of every command that runs pipelines: the runner, and all options that picocli does not
 * know, which must be Beam's or its runner's.
 */
public final class PipelineArguments {
  @Option(
      names = "--runner",
      defaultValue = "FlinkRunner",
      paramLabel = "NAME",
      description = {
        "Where the pipelines run: FlinkRunner or DirectRunner. Every other option of Beam and of the"
            + " runner may be given too, for example --flinkMaster=[local] or HOST:PORT,"
            + " --parallelism=2, --tempLocation=DIR."
      })
  private String runner = "FlinkRunner";

  private List<String> others = List.of();

  /** The same choices as command-line arguments, to hand on to another command. */
  public List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add("--runner=" + runner);
    arguments.addAll(others);
    return List.copyOf(arguments);
  }

  /** A new pipeline named {@code jobName} on the chosen runner. */
  public Pipeline create(String jobName) {
    return Pipeline.create(options(jobName));
  }

  /**
   * The options of a pipeline named {@code jobName}. Also registers Beam's file systems with them,
   * so that driver code can read and write the same locations.
   */
  public PipelineOptions options(String jobName) {
    PipelineOptions options = parse();
    options.setJobName(jobName);
    FileSystems.setDefaultPipelineOptions(options);
    return options;
  }

  private PipelineOptions parse() {
    List<String> arguments = new ArrayList<>(arguments());
    if (runner.equals("FlinkRunner")) {
      // Embedded unless a cluster is named. Elements are never mutated after output (Beam's own
      // rule), so Flink may hand them on without copies.
      addUnlessGiven(arguments, "--flinkMaster=[local]");
      addUnlessGiven(arguments, "--objectReuse=true");
      addUnlessGiven(arguments, "--fasterCopy=true");
    } else if (runner.equals("DirectRunner")) {
      // Its checks encode every element a second time; the tests keep them on.
      addUnlessGiven(arguments, "--enforceEncodability=false");
      addUnlessGiven(arguments, "--enforceImmutability=false");
    }
    return PipelineOptionsFactory.fromArgs(arguments.toArray(String[]::new)).create();
  }

  private void addUnlessGiven(List<String> arguments, String argument) {
    if (others.stream().noneMatch(other -> name(other).equals(name(argument)))) {
      arguments.add(argument);
    }
  }

  /**
   * Takes what picocli did not know, and refuses what Beam does not know either.
   *
   * @throws ParameterException with one line: the option, and what it may be
   */
  void takeUnmatched(CommandLine command) {
    others = List.copyOf(command.getUnmatchedArguments());
    refuseUnknown(command);
    // One name at a time, because Beam's messages do not always tell it.
    Map<String, List<String>> byName =
        arguments().stream().collect(groupingBy(PipelineArguments::name, TreeMap::new, toList()));
    for (List<String> arguments : byName.values()) {
      try {
        PipelineOptionsFactory.fromArgs(arguments.toArray(String[]::new)).create();
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            command,
            "Invalid "
                + String.join(" ", arguments)
                + ": "
                + e.getMessage().lines().findFirst().orElse("not a value of this option"),
            e);
      }
    }
  }

  private void refuseUnknown(CommandLine command) {
    if (others.isEmpty()) {
      return; // Finding Beam's names takes a moment.
    }
    Set<String> known = beamNames();
    known.addAll(command.getCommandSpec().optionsMap().keySet());
    for (String argument : others) {
      if (!argument.startsWith("--")) {
        throw new ParameterException(
            command, "Unexpected argument " + argument + ": options are written --name=value");
      }
      if (!known.contains(name(argument))) {
        throw new ParameterException(
            command,
            "Unknown option " + name(argument) + Spelling.suggestion(name(argument), known));
      }
    }
  }

  private static String name(String argument) {
    int equals = argument.indexOf('=');
    return equals < 0 ? argument : argument.substring(0, equals);
  }

  private static Set<String> beamNames() {
    Set<String> names = new TreeSet<>();
    for (Class<?> options : PipelineOptionsFactory.getRegisteredOptions()) {
      for (Method method : options.getMethods()) {
        if (method.getName().startsWith("set") && method.getParameterCount() == 1) {
          names.add("--" + Introspector.decapitalize(method.getName().substring(3)));
        }
      }
    }
    return names;
  }
}
