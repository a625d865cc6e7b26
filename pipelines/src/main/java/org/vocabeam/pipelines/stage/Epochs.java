package org.vocabeam.pipelines.stage;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vocabeam.models.UserError;

/**
 * A range of epochs of a run.
 *
 * @param first at least 0
 * @param last inclusive, at least {@code first}
 */
public record Epochs(long first, long last) {
  private static final Pattern RANGE = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");

  /**
   * Reads one epoch, such as {@code 3}, or a range, such as {@code 0-3}.
   *
   * @throws UserError if the text is neither
   */
  public static Epochs parse(String text) {
    Matcher matcher = RANGE.matcher(text);
    if (matcher.matches()) {
      long first = Long.parseLong(matcher.group(1));
      long last = matcher.group(2) == null ? first : Long.parseLong(matcher.group(2));
      if (first <= last) {
        return new Epochs(first, last);
      }
    }
    throw new UserError(
        "--epochs is " + text + ", must be a number from 0 to 999999 or a range such as 0-3");
  }

  /** Returns the number of epochs. */
  public long count() {
    return last - first + 1;
  }

  /** Returns the range as {@link #parse} reads it. */
  @Override
  public String toString() {
    return first == last ? Long.toString(first) : first + "-" + last;
  }
}
