package org.vocabeam.pipelines.options;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * The line on a value that picocli cannot read, in the words of all other errors: {@code --rounds
 * is many, must be a whole number}.
 */
public final class WrongValue {
  private static final Set<Class<?>> WHOLE = Set.of(int.class, Integer.class);
  private static final Set<Class<?>> LONG = Set.of(long.class, Long.class);
  private static final Set<Class<?>> REAL =
      Set.of(double.class, Double.class, float.class, Float.class);

  /** Labels of values that name something, and what their value must be. */
  private static final Map<String, String> LABELS =
      Map.of(
          "DIR", "a directory, or s3://BUCKET/PATH",
          "PATH", "a path, or s3://BUCKET/PATH",
          "FILE", "a file",
          "NAME", "a name");

  private WrongValue() {}

  /** Returns the line for a value of the wrong type; nothing for another error. */
  public static Optional<String> line(ParameterException e) {
    ArgSpec argument = e.getArgSpec();
    String value = e.getValue();
    if (argument == null || value == null) {
      return Optional.empty();
    }
    if (e.getMessage().contains("KEY=VALUE format")) {
      return Optional.of(
          name(argument) + " is " + shown(value) + ", must be " + argument.paramLabel());
    }
    if (!e.getMessage().startsWith("Invalid value")) {
      return Optional.empty();
    }
    return allowed(argument, value)
        .map(
            allowed ->
                name(argument)
                    + " is "
                    + shown(value)
                    + ", must be "
                    + allowed
                    + Spelling.suggestion(value, names(type(argument))));
  }

  /**
   * Refuses options that were given without a value, as {@code --output=}.
   *
   * @throws ParameterException naming the first of them
   */
  public static void refuseEmpty(CommandLine command) {
    for (ArgSpec argument : command.getParseResult().matchedArgs()) {
      if (argument.arity().max() > 0
          && argument.originalStringValues().stream().anyMatch(String::isBlank)) {
        throw new ParameterException(
            command,
            name(argument)
                + " is empty, must be "
                + Optional.ofNullable(LABELS.get(argument.paramLabel()))
                    .or(() -> allowed(argument, ""))
                    .orElse("a value, as in " + name(argument) + "=" + argument.paramLabel()));
      }
    }
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private static String shown(String value) {
    return value.isBlank() ? "empty" : value;
  }

  private static Optional<String> allowed(ArgSpec argument, String value) {
    Class<?> type = type(argument);
    if (WHOLE.contains(type)) {
      return Optional.of(whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }
    if (LONG.contains(type)) {
      return Optional.of(whole(value, Long.MIN_VALUE, Long.MAX_VALUE));
    }
    if (REAL.contains(type)) {
      return Optional.of("a number of at most 3.4e38");
    }
    if (type == boolean.class || type == Boolean.class) {
      return Optional.of("true or false, or left out");
    }
    if (type == Path.class) {
      return Optional.of("a path of this machine");
    }
    List<String> names = names(type);
    return names.isEmpty() ? Optional.empty() : Optional.of(oneOf(names));
  }

  private static String whole(String value, long least, long most) {
    try {
      BigDecimal number = new BigDecimal(value);
      if (number.compareTo(BigDecimal.valueOf(most)) > 0) {
        return "a whole number of at most " + most;
      }
      if (number.compareTo(BigDecimal.valueOf(least)) < 0) {
        return "a whole number of at least " + least;
      }
    } catch (NumberFormatException e) {
      return "a whole number";
    }
    return "a whole number";
  }

  private static String oneOf(List<String> names) {
    int last = names.size() - 1;
    return last == 0
        ? names.get(0)
        : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
  }

  private static List<String> names(@Nullable Class<?> type) {
    return type == null || !type.isEnum()
        ? List.of()
        : Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
            .toList();
  }

  /** Returns the type of one value: of an element, where there may be several. */
  private static Class<?> type(ArgSpec argument) {
    Class<?>[] elements = argument.auxiliaryTypes();
    return argument.type().isArray() || !argument.isMultiValue() || elements.length == 0
        ? argument.type()
        : elements[elements.length - 1];
  }
}
