package org.vocabeam.pipelines.runner;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A command line as a person would type it.
 *
 * <pre>{@code
 * TypedCommand.of("embed").with("images", images).unless(0, "shards", shards).toString()
 * // ./vocabeam embed --images=runs/images
 * }</pre>
 *
 * @param name of the command
 * @param options in the form {@code --name=value}, without quotes of a shell
 */
public record TypedCommand(String name, List<String> options) {
  /** Text that no shell changes. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]*");

  public TypedCommand {
    options = List.copyOf(options);
  }

  /** Returns a command without options. */
  public static TypedCommand of(String name) {
    return new TypedCommand(name, List.of());
  }

  /** Returns this command with one more option. */
  public TypedCommand with(String option, Object value) {
    return with(List.of("--" + option + "=" + value));
  }

  /** Returns this command with more options, each in the form {@code --name=value}. */
  public TypedCommand with(List<String> more) {
    List<String> longer = new ArrayList<>(options);
    longer.addAll(more);
    return new TypedCommand(name, longer);
  }

  /** Returns this command with an option, or without it if the value is the default or null. */
  public TypedCommand unless(Object usual, String option, @Nullable Object value) {
    return value == null || Objects.equals(usual, value) ? this : with(option, value);
  }

  /** Returns this command with an option, or without it if the value is null. */
  public TypedCommand ifGiven(String option, @Nullable Object value) {
    return value == null ? this : with(option, value);
  }

  /** Returns this command with an option that has no value, or without it. */
  public TypedCommand flag(String option, boolean given) {
    return given ? with(List.of("--" + option)) : this;
  }

  /** Returns the words that a command line parser reads. */
  public List<String> arguments() {
    List<String> arguments = new ArrayList<>(List.of(name));
    arguments.addAll(options);
    return arguments;
  }

  /** Returns the line with the launcher, quoted for a shell. */
  @Override
  public String toString() {
    return "./vocabeam "
        + arguments().stream().map(TypedCommand::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    int equals = word.indexOf('=');
    String option = word.substring(0, equals + 1);
    String value = word.substring(equals + 1);
    return PLAIN.matcher(value).matches() ? word : option + "'" + value.replace("'", "'\\''") + "'";
  }
}
