package org.vocabeam.pipelines.options;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.pipelines.runner.BeamOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * Mixin of every command that reads or writes stores: all options that picocli does not know, which
 * must be Beam's or its runner's.
 */
@Command
public final class BeamArguments {
  private BeamOptions beam = BeamOptions.NONE;

  /** Returns the options of Beam that were given. */
  public BeamOptions options() {
    return beam;
  }

  /**
   * Takes the options that picocli does not know, and refuses those that Beam does not know either.
   *
   * @param runner option that picocli knows and Beam must; null without one
   * @throws ParameterException with one line: the option, and what it may be
   */
  public void takeUnmatched(CommandLine command, @Nullable String runner) {
    List<String> arguments = command.getUnmatchedArguments();
    refuseUnknown(command, arguments);
    beam = new BeamOptions(arguments);
    List<String> all = new ArrayList<>(arguments);
    if (runner != null) {
      all.add(runner);
    }
    // One name at a time, because Beam's messages do not always tell it.
    Map<String, List<String>> byName =
        all.stream().collect(groupingBy(BeamOptions::name, TreeMap::new, toList()));
    for (List<String> same : byName.values()) {
      try {
        BeamOptions.create(same);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            command,
            "Invalid "
                + String.join(" ", same)
                + ": "
                + e.getMessage().lines().findFirst().orElse("not a value of this option"),
            e);
      }
    }
  }

  private static void refuseUnknown(CommandLine command, List<String> arguments) {
    Set<String> known = BeamOptions.names();
    known.addAll(command.getCommandSpec().optionsMap().keySet());
    for (String argument : arguments) {
      if (!argument.startsWith("--")) {
        throw new ParameterException(
            command, "Unexpected argument " + argument + ": options are written --name=value");
      }
      if (!known.contains(BeamOptions.name(argument))) {
        throw new ParameterException(
            command,
            "Unknown option "
                + BeamOptions.name(argument)
                + Spelling.suggestion(BeamOptions.name(argument), known));
      }
    }
  }
}
