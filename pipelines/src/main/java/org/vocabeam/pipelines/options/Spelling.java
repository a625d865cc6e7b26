package org.vocabeam.pipelines.options;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Finds the name that a misspelt one was probably meant to be. */
public final class Spelling {
  private Spelling() {}

  /**
   * {@code "; did you mean X?"} with the known name nearest to {@code name}, or the empty string
   * when more than a third of the letters would have to change.
   */
  public static String suggestion(String name, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
        .filter(nearest -> 3 * distance(name, nearest) <= name.length())
        .map(nearest -> "; did you mean " + nearest + "?")
        .orElse("");
  }

  /** The least number of insertions, deletions and replacements of letters, whatever their case. */
  static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
