package org.vocabeam.transforms.source;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Labels as text: a class has one text, however a file writes it. */
final class Labels {
  /** Label of images whose label is hidden, by the convention of Hugging Face. */
  private static final String HIDDEN = "-1";

  private static final Pattern WHOLE = Pattern.compile("(-?\\d+)\\.0*");

  private Labels() {}

  /**
   * Returns the label that a text means: {@code 3.0} and {@code 3} are one class. Null for an empty
   * text, {@code NaN} and -1.
   */
  static @Nullable String of(@Nullable String text) {
    if (text == null) {
      return null;
    }
    Matcher whole = WHOLE.matcher(text.strip());
    String label = whole.matches() ? whole.group(1) : text.strip();
    return label.isEmpty() || label.equals(HIDDEN) || label.equalsIgnoreCase("nan") ? null : label;
  }
}
