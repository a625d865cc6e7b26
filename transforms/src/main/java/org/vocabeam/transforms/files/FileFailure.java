package org.vocabeam.transforms.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vocabeam.models.UserError;

/**
 * Failure of a file of this machine, as words: Java's exceptions have the path for a message.
 *
 * <pre>{@code
 * FileFailure.reason(new AccessDeniedException("/root/a"))   // "permission denied"
 * }</pre>
 */
public final class FileFailure {
  /** The reason of the operating system at the end of a message of {@code java.io}. */
  private static final Pattern IN_BRACKETS = Pattern.compile("\\(([^()]+)\\)$");

  private static final Pattern FULL =
      Pattern.compile("no space left on device|disk quota exceeded", Pattern.CASE_INSENSITIVE);

  private FileFailure() {}

  /** Returns the error of a file that cannot be written. */
  static UserError unwritten(String file, IOException e) {
    String reason = reason(e);
    return new UserError(
        String.format(
            "cannot write %s: %s; %s",
            file,
            reason,
            FULL.matcher(reason).find()
                ? "make room there, and give the same command again"
                : "let it be written, or give another place"),
        e);
  }

  /** Returns why something could not be done with a file, without the file's name. */
  public static String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (e instanceof NotDirectoryException) {
      return "not a directory";
    }
    if (e instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " is in the way";
    }
    if (e instanceof FileSystemLoopException) {
      return "a link that leads to itself";
    }
    if (e instanceof FileSystemException system && system.getReason() != null) {
      return lowerCase(system.getReason());
    }
    Matcher reason = IN_BRACKETS.matcher(message);
    if (e instanceof FileNotFoundException && reason.find()) {
      return lowerCase(reason.group(1));
    }
    return message;
  }

  private static String lowerCase(String reason) {
    return reason.isEmpty()
        ? reason
        : reason.substring(0, 1).toLowerCase(Locale.ROOT) + reason.substring(1);
  }
}
