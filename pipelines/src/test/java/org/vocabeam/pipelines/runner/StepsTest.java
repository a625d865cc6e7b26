package org.vocabeam.pipelines.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;

class StepsTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Steps steps = new Steps(new PrintStream(bytes, true, UTF_8));

  @Test
  void tellsEachStepAndItsTime() {
    List<String> done = new ArrayList<>();
    steps.take("first", () -> done.add("1"));
    steps.take("second", () -> done.add("2"));
    steps.summary();
    assertEquals(List.of("1", "2"), done);
    assertTrue(
        bytes
            .toString(UTF_8)
            .matches(
                "\\R== first\\R\\R== second\\R\\R"
                    + " +\\d+\\.\\d s  first\\R +\\d+\\.\\d s  second\\R +\\d+\\.\\d s  in all\\R"),
        bytes.toString(UTF_8));
  }

  @Test
  void runsCommandsAndLetsTheirFailureThrough(@TempDir Path exists) {
    Exception thrown =
        assertThrows(
            Exception.class,
            () -> steps.command("cut", List.of("prepare-photo-id", "--output=" + exists)));
    assertEquals(
        new Failure(exists + " exists: remove it or give another --output", null),
        Failure.of(thrown));
    assertTrue(
        bytes.toString(UTF_8).endsWith("./vocabeam prepare-photo-id --output=" + exists + "\n"));
  }

  @Test
  void endsAtTheFirstFailure() {
    assertThrows(
        UserError.class,
        () ->
            steps.take(
                "first",
                () -> {
                  throw new UserError("no");
                }));
    steps.summary();
    assertTrue(bytes.toString(UTF_8).endsWith("0.0 s  in all\n"), bytes.toString(UTF_8));
  }
}
