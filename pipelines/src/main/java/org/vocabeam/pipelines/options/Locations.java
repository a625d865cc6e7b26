package org.vocabeam.pipelines.options;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.vocabeam.transforms.store.StoreReader;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Options of a command that name files or directories: their label is DIR, PATH or FILE. */
public final class Locations {
  private static final Set<String> LABELS = Set.of("DIR", "PATH", "FILE");

  /** A scheme, as in {@code s3://bucket/images}. */
  private static final Pattern REMOTE = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");

  private Locations() {}

  /**
   * Makes relative locations absolute, because workers may have another working directory. The
   * bytes that a pipeline writes do not depend on it.
   */
  public static void makeAbsolute(CommandSpec command) {
    for (OptionSpec option : command.options()) {
      if (LABELS.contains(option.paramLabel())) {
        Object value = option.getValue();
        if (value instanceof Path path) {
          option.setValue(path.toAbsolutePath().normalize());
        } else if (value instanceof String text && !REMOTE.matcher(text).matches()) {
          option.setValue(Path.of(text).toAbsolutePath().normalize().toString());
        }
      }
    }
  }

  /**
   * Refuses an output that is an input of the command, or inside of one: of a folder that is read
   * whole, or of a store. A run of pretrain may have its evaluation inside.
   *
   * @throws ParameterException naming both options
   */
  public static void refuseOutputInside(CommandSpec command) {
    OptionSpec output =
        Stream.of("--output", "--registry")
            .map(command::findOption)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
    if (output == null || !(output.getValue() instanceof String place)) {
      return;
    }
    for (OptionSpec option : command.options()) {
      if (option.equals(output)
          || !LABELS.contains(option.paramLabel())
          || !(option.getValue() instanceof String input)
          || input.isBlank()) {
        continue;
      }
      String inner = real(place);
      String outer = real(input);
      if (inner.equals(outer)) {
        throw new ParameterException(
            command.commandLine(),
            String.format(
                "%s is %s, which is %s too; give another place",
                output.longestName(), place, option.longestName()));
      }
      if (inner.startsWith(outer + "/") && isReadWhole(option, input)) {
        throw new ParameterException(
            command.commandLine(),
            String.format(
                "%s is %s, inside of %s, which is %s; give a place outside of it",
                output.longestName(), place, option.longestName(), input));
      }
    }
  }

  private static boolean isReadWhole(OptionSpec option, String input) {
    return option.longestName().equals("--input") || StoreReader.isComplete(input);
  }

  /** Returns a location without links, dots and a last slash, as far as it is there. */
  private static String real(String location) {
    if (REMOTE.matcher(location).matches()) {
      return location.replaceAll("/+$", "");
    }
    Path path;
    try {
      path = Path.of(location).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      return location; // refused where it is opened
    }
    for (Path there = path; there != null; there = there.getParent()) {
      try {
        return there.toRealPath().resolve(there.relativize(path)).normalize().toString();
      } catch (IOException e) {
        // Not there: its parent may be.
      }
    }
    return path.toString();
  }
}
