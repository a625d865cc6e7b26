package org.vocabeam.pipelines.runner;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.FileFailure;
import org.vocabeam.transforms.files.ObjectStoreFailure;

/**
 * Why a command failed, in one line. The engines wrap what a function of ours threw in several
 * layers of their own; the innermost cause is what happened, and a {@link UserError} anywhere in
 * the chain says what to do. A failure in a pipeline names its stage.
 *
 * @param line the one line
 * @param cause the whole chain, when it is worth showing; null for a {@link UserError}
 */
public record Failure(String line, Throwable cause) {
  public static Failure of(Throwable thrown) {
    Failure failure = ofCause(thrown);
    return StageFailure.stage(thrown)
        .map(stage -> new Failure(failure.line + " (in the stage " + stage + ")", failure.cause))
        .orElse(failure);
  }

  private static Failure ofCause(Throwable thrown) {
    List<Throwable> chain = Throwables.getCausalChain(thrown);
    for (Throwable link : chain) {
      if (link instanceof UserError) {
        return new Failure(link.getMessage(), null);
      }
      if (link instanceof FlinkCluster.WorkerException worker) {
        return new Failure("Unexpected " + worker.root() + " on the cluster", thrown);
      }
      if (link instanceof OutOfMemoryError) {
        return new Failure(
            String.format(
                "Out of memory (%s) with %d MB of heap: give more with VOCABEAM_JAVA_OPTS=-Xmx8g",
                link.getMessage(), Runtime.getRuntime().maxMemory() >> 20),
            thrown);
      }
      Optional<String> objectStore = ObjectStoreFailure.line(link);
      if (objectStore.isPresent()) {
        return new Failure(objectStore.get(), thrown);
      }
      if (link instanceof FileSystemException file && file.getFile() != null) {
        return new Failure(
            String.format("cannot read or write %s: %s", file.getFile(), FileFailure.reason(file)),
            null);
      }
      if (link instanceof ConnectException) {
        return new Failure(
            link.getMessage() + ": does the Flink cluster of --flinkMaster run there?", thrown);
      }
    }
    Throwable root = chain.get(chain.size() - 1);
    if (String.valueOf(root.getMessage()).contains("No space left on device")) {
      // What the engines keep on disk themselves.
      return new Failure(
          String.format(
              "the disk is full (%s); make room where the command writes and in %s, and give it"
                  + " again",
              root.getMessage(), System.getProperty("java.io.tmpdir")),
          thrown);
    }
    String where =
        Arrays.stream(root.getStackTrace())
            .filter(frame -> frame.getClassName().startsWith("org.vocabeam."))
            .findFirst()
            .map(frame -> " at " + frame)
            .orElse("");
    return new Failure("Unexpected " + root + where, thrown);
  }

  /** Returns the same failure with another line, if the person who runs the program can mend it. */
  public Failure explained(UnaryOperator<String> explanation) {
    return cause == null ? new Failure(explanation.apply(line), null) : this;
  }

  /** Prints the line, and where the rest is. Returns the exit status. */
  public int report(PrintWriter err, boolean verbose) {
    err.println(line.replaceAll("\\s*\\R\\s*", " "));
    if (cause != null && verbose) {
      cause.printStackTrace(err);
    } else if (cause != null) {
      try {
        Path log = Files.createTempFile("vocabeam-", ".log");
        Files.writeString(log, Throwables.getStackTraceAsString(cause));
        err.println("Stack trace in " + log + "; --verbose shows it here, with the log.");
      } catch (IOException e) {
        err.println("--verbose shows the stack trace.");
      }
    }
    err.flush();
    return 1;
  }
}
