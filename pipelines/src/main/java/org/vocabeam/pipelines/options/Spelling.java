package org.vocabeam.pipelines.options;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The known name that a misspelt one was probably meant to be. */
public final class Spelling {
  private Spelling() {}

  /**
   * Returns {@code "; did you mean X?"} with the known name nearest to {@code name}, whatever the
   * case of its letters, or an empty text if more than a third of the letters would have to change.
   */
  public static String suggestion(String name, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
        .filter(nearest -> 3 * distance(name, nearest) <= name.length())
        .map(nearest -> "; did you mean " + nearest + "?")
        .orElse("");
  }

  private static int distance(String left, String right) {
    return LevenshteinDistance.getDefaultInstance()
        .apply(left.toLowerCase(Locale.ROOT), right.toLowerCase(Locale.ROOT));
  }
}
