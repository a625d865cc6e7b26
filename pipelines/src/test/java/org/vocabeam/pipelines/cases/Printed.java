package org.vocabeam.pipelines.cases;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.vocabeam.pipelines.Vocabeam;
import picocli.CommandLine;

/**
 * Output of a command, and its exit status.
 *
 * @param out standard output
 * @param err standard error, with what a command says while it works
 * @param failure the lines of standard error on why the command did not end well
 */
record Printed(int status, String out, String err, List<String> failure) {
  /** Runs a command line in this JVM. */
  static Printed by(List<String> arguments) {
    return by(arguments.toArray(String[]::new));
  }

  /** Runs a command line in this JVM. */
  static Printed by(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    StringWriter failure = new StringWriter();
    System.setOut(new PrintStream(printed, true, UTF_8));
    System.setErr(new PrintStream(errors, true, UTF_8));
    try {
      CommandLine commandLine = Vocabeam.commandLine();
      commandLine.setErr(new PrintWriter(failure, true));
      int status = commandLine.execute(arguments);
      return new Printed(
          status,
          printed.toString(UTF_8),
          errors.toString(UTF_8) + failure,
          failure.toString().lines().toList());
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  Printed assertDone() {
    assertEquals(0, status, err);
    return this;
  }

  /** Returns the one line of a failure, which has no word of Java in it. */
  String line() {
    assertEquals(1, failure.size(), () -> "lines: " + String.join("\n", failure));
    String line = failure.get(0);
    for (String word :
        List.of(
            "java.", "Exception", "Unexpected", "org.vocabeam", "picocli", "Could not invoke")) {
      assertFalse(line.contains(word), line);
    }
    return line;
  }

  /** Fails unless the command failed with this line. */
  void assertFailed(String line) {
    assertEquals(line, line());
    assertEquals(1, status);
  }

  /** Fails unless the command failed with a line that has this text. */
  void assertFailedWith(String text) {
    assertTrue(line().contains(text), line());
    assertEquals(1, status);
  }

  /** Fails unless the command line was refused with this line. */
  void assertRefused(String line) {
    assertEquals(line, line());
    assertEquals(2, status);
  }

  /** Fails unless the command line was refused with a line that has this text. */
  void assertRefusedWith(String text) {
    assertTrue(line().contains(text), line());
    assertEquals(2, status);
  }

  /** Fails unless standard error has this line. */
  Printed assertSaid(String line) {
    assertTrue(err.lines().anyMatch(line::equals), err);
    return this;
  }
}
