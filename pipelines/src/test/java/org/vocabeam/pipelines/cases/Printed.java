package org.vocabeam.pipelines.cases;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import org.vocabeam.pipelines.Vocabeam;
import picocli.CommandLine;

/**
 * What a command printed, and its exit status.
 *
 * @param out standard output
 * @param err standard error
 */
record Printed(int status, String out, String err) {
  /** Runs a command line in this JVM, with the DirectRunner. */
  static Printed by(List<String> arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, UTF_8));
    System.setErr(new PrintStream(errors, true, UTF_8));
    try {
      CommandLine commandLine = Vocabeam.commandLine();
      commandLine.setErr(new PrintWriter(System.err, true, UTF_8));
      int status = commandLine.execute(arguments.toArray(String[]::new));
      return new Printed(status, printed.toString(UTF_8), errors.toString(UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  Printed assertDone() {
    assertEquals(0, status, err);
    return this;
  }

  /**
   * Fails unless the command failed with one line, which has this text and no word of Java. The
   * status is 2 where the line is on the value of an option.
   */
  void assertFailed(String text) {
    assertTrue(status == 1 || status == 2, () -> status + ": " + out + err);
    assertTrue(err.contains(text), err);
    for (String word : List.of("java.", "Exception", "Unexpected")) {
      assertFalse(err.contains(word), err);
    }
  }

  /** Fails unless standard error has this line. */
  Printed assertSaid(String line) {
    assertTrue(err.lines().anyMatch(line::equals), err);
    return this;
  }
}
