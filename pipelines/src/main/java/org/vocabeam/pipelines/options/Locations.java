package org.vocabeam.pipelines.options;

import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

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
}
