package org.vocabeam.pipelines.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;

class StepsTest {
  private static final Runner RUNNER =
      new Runner("DirectRunner", new BeamOptions(List.of("--tempLocation=a b")), null);

  /** Asks for a copy of a text, or for a failure without one. */
  private record Copy(@Nullable String text) implements Request<String> {
    @Override
    public TypedCommand typed(Runner runner) {
      return TypedCommand.of("copy").ifGiven("text", text).with(runner.arguments());
    }

    @Override
    public String run(Runner runner) {
      if (text == null) {
        throw new UserError("there is no text");
      }
      return text;
    }
  }

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Steps steps = new Steps(new PrintStream(bytes, true, UTF_8), RUNNER);

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
  void announcesTheCommandLineOfARequest() {
    assertEquals("it's", steps.take("copying", new Copy("it's")));
    assertEquals(
        "\n== copying\n"
            + "./vocabeam copy --text='it'\\''s' --runner=DirectRunner --tempLocation='a b'\n",
        bytes.toString(UTF_8));
    steps.summary();
    assertTrue(
        bytes.toString(UTF_8).matches("(?s).* +\\d+\\.\\d s  copying\\R.*"), bytes.toString(UTF_8));
  }

  @Test
  void letsTheFailureOfARequestThrough() {
    UserError thrown = assertThrows(UserError.class, () -> steps.take("copying", new Copy(null)));
    assertEquals("there is no text", thrown.getMessage());
    assertTrue(
        bytes
            .toString(UTF_8)
            .endsWith("./vocabeam copy --runner=DirectRunner --tempLocation='a b'\n"));
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
