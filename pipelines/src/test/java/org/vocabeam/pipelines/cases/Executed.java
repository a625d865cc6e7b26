package org.vocabeam.pipelines.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.vocabeam.pipelines.Vocabeam;
import picocli.CommandLine;

/**
 * What a command line gave, as {@code ./vocabeam} does: the exit status and the lines of errors.
 *
 * @param err lines that picocli or the command's failure printed, without the command's own
 */
record Executed(int status, List<String> err) {
  static Executed command(String... arguments) {
    StringWriter err = new StringWriter();
    CommandLine commandLine = Vocabeam.commandLine();
    commandLine.setErr(new PrintWriter(err, true)).setOut(new PrintWriter(new StringWriter()));
    int status = commandLine.execute(arguments);
    return new Executed(status, err.toString().lines().toList());
  }

  /** Returns the one line of a failure, which has no word of Java in it. */
  String line() {
    assertEquals(1, err.size(), () -> "lines: " + String.join("\n", err));
    String line = err.get(0);
    for (String word :
        List.of("java.", "Exception", "org.vocabeam", "picocli", "Could not invoke")) {
      assertFalse(line.contains(word), line);
    }
    return line;
  }

  /** Fails unless the command failed with this line. */
  void assertFailed(String line) {
    assertEquals(line, line());
    assertEquals(1, status);
  }

  /** Fails unless the command line was refused with this line. */
  void assertRefused(String line) {
    assertEquals(line, line());
    assertEquals(2, status);
  }
}
