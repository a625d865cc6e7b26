package org.vocabeam.pipelines.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;

class FailureTest {
  @Test
  void findsTheUserErrorBelowTheEnginesOwn() {
    Throwable thrown =
        new RuntimeException(
            "engine", new IllegalStateException(new UserError("mend it", new IOException("deep"))));
    assertEquals(new Failure("mend it", null), Failure.of(thrown));
  }

  @Test
  void namesTheInnermostCauseAndOurLine() {
    Throwable root = new IllegalStateException("broken");
    Failure failure = Failure.of(new RuntimeException("engine", root));
    assertTrue(
        failure
            .line()
            .matches(
                "Unexpected java.lang.IllegalStateException: broken at"
                    + " org.vocabeam.pipelines.runner.FailureTest\\..*\\(FailureTest.java:\\d+\\)"),
        failure.line());
    assertSame(root, failure.cause().getCause());
  }

  @Test
  void namesTheStageOfAPipeline() {
    UserError error = new UserError("cannot read a.jpg; mend it");
    RuntimeException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                StageFailure.mark(
                    "embed",
                    () -> {
                      throw new IllegalStateException(error);
                    }));
    assertEquals(
        new Failure("cannot read a.jpg; mend it (in the stage embed)", null),
        Failure.of(new RuntimeException("engine", thrown)));
    assertEquals("cannot read a.jpg; mend it", Failure.of(error).line());
  }

  @Test
  void saysWhatToDoWithoutMemory() {
    String line = Failure.of(new RuntimeException(new OutOfMemoryError("Java heap space"))).line();
    assertTrue(line.startsWith("Out of memory (Java heap space) with "), line);
    assertTrue(line.endsWith("give more with VOCABEAM_JAVA_OPTS=-Xmx8g"), line);
  }

  @Test
  void saysWhatToDoWithoutACluster() {
    assertEquals(
        "Connection refused: does the Flink cluster of --flinkMaster run there?",
        Failure.of(new RuntimeException(new ConnectException("Connection refused"))).line());
  }

  @Test
  void saysWhatToDoWithoutRoomOnTheDisk() {
    Throwable root = new IOException("No space left on device");
    assertEquals(
        "the disk is full (No space left on device); make room where the command writes and in "
            + System.getProperty("java.io.tmpdir")
            + ", and give it again",
        Failure.of(new RuntimeException("engine", root)).line());
    assertEquals(
        "cannot write there",
        Failure.of(new RuntimeException("of " + root, new UserError("cannot write there", root)))
            .line());
  }

  @Test
  void keepsTheStackTraceInAFile() throws IOException {
    StringWriter err = new StringWriter();
    Failure failure = Failure.of(new IllegalStateException("broken"));
    assertEquals(1, failure.report(new PrintWriter(err), false));
    Matcher log = Pattern.compile("Stack trace in (\\S+\\.log);").matcher(err.toString());
    assertTrue(log.find(), err.toString());
    Path file = Path.of(log.group(1));
    assertTrue(Files.readString(file).contains("\tat org.vocabeam.pipelines.runner.FailureTest"));
    Files.delete(file);
  }
}
