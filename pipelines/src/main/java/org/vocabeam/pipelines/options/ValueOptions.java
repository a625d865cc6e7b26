package org.vocabeam.pipelines.options;

import com.google.common.base.CaseFormat;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The options that set the values which an error names. Classes of models and transforms do not
 * know the command line: their messages name a value, such as {@code batchSize}, and an option has
 * the name of the value that it sets.
 *
 * <pre>{@code
 * ValueOptions.named("words is 20, must be a multiple of batchSize", options)
 * // words is 20, must be a multiple of batchSize (see --batchSize, --words)
 * }</pre>
 */
public final class ValueOptions {
  /** The value that is wrong, as in "words is 20", or a name that is no word of English. */
  private static final Pattern VALUE =
      Pattern.compile("^[a-z][\\w ]*?(?= is | are |: )|(?<![\\w-])[a-z]+[A-Z]\\w*");

  /** A value out of range: its name, itself, and what it must be. */
  private static final Pattern WRONG =
      Pattern.compile(
          "^(-{0,2}[a-z][\\w ]*?)(?: is|:| are| has) '?([^',;]*)'?, must be (?:one of |some of )?(.*)$");

  private static final Pattern NAME = Pattern.compile("(?<![^ ,])[A-Za-z][\\w./-]+");

  private ValueOptions() {}

  /**
   * Returns a line with the nearest name of those that its value may have, and the options of its
   * values at the end, if there are any.
   *
   * @param options all options of the command, with their dashes
   */
  public static String named(String line, Collection<String> options) {
    Set<String> named =
        VALUE
            .matcher(line)
            .results()
            .map(MatchResult::group)
            .map(ValueOptions::option)
            .filter(options::contains)
            .filter(option -> !line.contains(option))
            .collect(TreeSet::new, Set::add, Set::addAll);
    return line
        + suggestion(line)
        + (named.isEmpty() ? "" : " (see " + String.join(", ", named) + ")");
  }

  /** Returns true for a line on a value that an option of the command has and must not have. */
  public static boolean isWrongValue(String line, Collection<String> options) {
    Matcher wrong = WRONG.matcher(line);
    return wrong.matches() && options.contains(option(wrong.group(1)));
  }

  /** Returns the option of a value: {@code --shardMegabytes} of "shard megabytes". */
  private static String option(String value) {
    if (value.startsWith("--")) {
      return value;
    }
    return "--"
        + (value.contains(" ")
            ? CaseFormat.LOWER_UNDERSCORE.to(CaseFormat.LOWER_CAMEL, value.replace(' ', '_'))
            : value);
  }

  private static String suggestion(String line) {
    return Optional.of(WRONG.matcher(line))
        .filter(Matcher::matches)
        .filter(wrong -> !line.contains("did you mean"))
        .map(wrong -> Spelling.suggestion(wrong.group(2).strip(), names(wrong.group(3))))
        .orElse("");
  }

  /** Returns the words of a list of allowed values that are names. */
  private static List<String> names(String allowed) {
    return NAME.matcher(allowed.replaceFirst(";.*", ""))
        .results()
        .map(MatchResult::group)
        .filter(word -> !word.equals("or"))
        .toList();
  }
}
