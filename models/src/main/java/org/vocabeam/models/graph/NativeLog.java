package org.vocabeam.models.graph;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * File for the lines that native libraries write to the standard error of the process. TensorFlow
 * has no other place for its log, and some of its lines come before it can be told anything. Java's
 * {@code System.err} stays where it was. A file, not a pipe: the last lines before a library ends
 * the process are in it.
 */
final class NativeLog {
  /** System property with the path of the file; without it the lines go to the standard error. */
  private static final String FILE = "vocabeam.native.log";

  private static final long LARGEST = 16 << 20;
  private static final int STANDARD_ERROR = 2;

  // Flags of open on Linux.
  private static final int WRITE = 1;
  private static final int CREATE = 0100;
  private static final int TRUNCATE = 01000;
  private static final int APPEND = 02000;

  private NativeLog() {}

  /** Starts to write into the file that the system property names, if it does. */
  static void start() {
    String file = System.getProperty(FILE);
    if (file == null) {
      return;
    }
    try {
      redirect(Path.of(file));
    } catch (IOException
        | ReflectiveOperationException
        | InaccessibleObjectException
        | LinkageError e) {
      Logger log = LoggerFactory.getLogger(NativeLog.class);
      log.info("native libraries log to the standard error, not to {}: {}", file, e.toString());
    }
  }

  private static void redirect(Path file) throws IOException, ReflectiveOperationException {
    Field number = FileDescriptor.class.getDeclaredField("fd");
    number.setAccessible(true);
    Path absolute = file.toAbsolutePath();
    Files.createDirectories(absolute.getParent());
    boolean full = Files.exists(absolute) && Files.size(absolute) > LARGEST;
    int flags = WRITE | CREATE | APPEND | (full ? TRUNCATE : 0);
    int log = call("open", absolute.toString(), flags, 0644);
    int copy = call("dup", STANDARD_ERROR);
    // Every stream that Java has on its standard error, also in a handler of the logs.
    System.err.flush();
    number.setInt(FileDescriptor.err, copy);
    call("dup2", log, STANDARD_ERROR);
    call("close", log);
  }

  private static int call(String name, Object... arguments) throws IOException {
    Function function = NativeLibrary.getProcess().getFunction(name);
    int result = function.invokeInt(arguments);
    if (result < 0) {
      throw new IOException(name + " failed");
    }
    return result;
  }
}
