package org.vocabeam.transforms.source;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Names of splits in the names of directories and files. Those of training are {@code train} and
 * those of testing {@code test} here, since commands ask for these; others keep their word in small
 * letters: {@code val}, {@code valid}, {@code validation}, {@code dev}, ...
 */
final class Splits {
  private static final String WORD =
      "(train|training|trn|test|testing|tst|val|valid|validation|dev|eval|holdout|extra"
          + "|unlabell?ed)";

  /** {@code train}, {@code Testing}, {@code val2017}, {@code train_images}, {@code seg_test}. */
  private static final Pattern DIRECTORY =
      Pattern.compile(
          "(?:(?:seg|my|public|private|partial|images?|imgs?|data)[-_. ])?"
              + WORD
              + "(?:[-_. ]?(?:set|split|data|images?|imgs?|jpe?g|png|\\d+))*",
          Pattern.CASE_INSENSITIVE);

  /** {@code train-00000-of-00002}, {@code imagenet-val-00}, {@code trainLabels}. */
  private static final Pattern FILE =
      Pattern.compile(
          "(?:^|.*?[^a-z])(train|training|test|testing|val|valid|validation|dev)"
              + "(?:[-_]?(?:set|labels?|images?|annotations))?(?:[^a-z].*|$)",
          Pattern.CASE_INSENSITIVE);

  private Splits() {}

  /** Returns the split that a directory is, by its name. */
  static Optional<String> ofDirectory(String name) {
    return split(DIRECTORY.matcher(name.replaceFirst("^split=", "")));
  }

  /** Returns the split that a column names; a text that is no usual name stays as it is. */
  static @Nullable String of(@Nullable String value) {
    return value == null || value.isBlank()
        ? null
        : ofDirectory(value.strip()).orElse(value.strip());
  }

  /** Returns the split in the name of a file, as in that of a shard. */
  static Optional<String> ofFile(String path) {
    return split(FILE.matcher(path.substring(path.lastIndexOf('/') + 1)));
  }

  private static Optional<String> split(Matcher name) {
    return name.matches()
        ? Optional.of(canonical(name.group(1).toLowerCase(Locale.ROOT)))
        : Optional.empty();
  }

  private static String canonical(String word) {
    return switch (word) {
      case "training", "trn" -> "train";
      case "testing", "tst" -> "test";
      default -> word;
    };
  }
}
