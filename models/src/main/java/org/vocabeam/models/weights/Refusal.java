package org.vocabeam.models.weights;

/**
 * Reason for which a file is not read, without its name: the reader of the file adds it. The
 * message is the end of a sentence: "is cut off".
 */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int LONGEST_QUOTE = 80;

  Refusal(String reason) {
    super(reason);
  }

  Refusal(String reason, Throwable cause) {
    super(reason, cause);
  }

  /** Returns a text of a file in one short line. */
  static String quoted(String text) {
    String shown = text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "..." : text;
    return shown.replaceAll("\\p{Cntrl}", "?");
  }
}
