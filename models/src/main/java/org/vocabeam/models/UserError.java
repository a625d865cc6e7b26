package org.vocabeam.models;

/**
 * Error that the person who runs the program can mend: a bad value, a bad file, a run that must not
 * go on. Its message is one line: what, the actual value, the allowed ones, what to do. A command
 * prints that line alone and exits non-zero.
 */
public class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes an error with a message of one line. */
  public UserError(String message) {
    super(message);
  }

  /** Makes an error with a message of one line and its cause. */
  public UserError(String message, Throwable cause) {
    super(message, cause);
  }
}
