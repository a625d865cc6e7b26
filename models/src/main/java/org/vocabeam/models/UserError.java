package org.vocabeam.models;

/**
 * Something that the person who runs the program can mend: a bad option, a bad file, a run that
 * must not go on. Its message is one line: what, the actual value, what is allowed, what to do. A
 * command prints that line alone and exits non-zero.
 */
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UserError(String message) {
    super(message);
  }

  public UserError(String message, Throwable cause) {
    super(message, cause);
  }
}
