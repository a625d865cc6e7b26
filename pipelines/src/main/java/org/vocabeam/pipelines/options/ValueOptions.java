package org.vocabeam.pipelines.options;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
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
      Pattern.compile("^[a-z]\\w*(?= is |: )|(?<![\\w-])[a-z]+[A-Z]\\w*");

  private ValueOptions() {}

  /**
   * Returns a line with the options of its values at the end, if there are any.
   *
   * @param options all options of the command, with their dashes
   */
  public static String named(String line, Collection<String> options) {
    Set<String> named =
        VALUE
            .matcher(line)
            .results()
            .map(MatchResult::group)
            .map(value -> "--" + value)
            .filter(options::contains)
            .filter(option -> !line.contains(option))
            .collect(TreeSet::new, Set::add, Set::addAll);
    return named.isEmpty() ? line : line + " (see " + String.join(", ", named) + ")";
  }
}
