package org.vocabeam.pipelines.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Progress.Lines lines = new Progress.Lines(new PrintStream(bytes, true, UTF_8));

  @Test
  void showsStepsAndMessage() {
    try (Progress progress = Progress.start("pretrain", 0, 200, Duration.ofHours(1), lines)) {
      progress.stepTo(50);
      progress.message("loss 5.125, perplexity 12.1 per image and 210.3 per batch, 194 images/s");
    }
    List<String> shown = bytes.toString(UTF_8).lines().toList();
    String last = shown.get(shown.size() - 1);
    assertTrue(last.startsWith("pretrain  25% ["), last);
    assertTrue(last.contains(" 50/200 ("), last);
    assertTrue(
        last.endsWith("loss 5.125, perplexity 12.1 per image and 210.3 per batch, 194 images/s"),
        last);
    // One at the end, and one at the start if the timer was quick; none between within the hour.
    assertTrue(shown.size() <= 2, shown.toString());
  }

  @Test
  void resumedWorkStartsWhereItStopped() {
    Progress.start("pretrain", 150, 200, Duration.ofHours(1), lines).close();
    assertTrue(bytes.toString(UTF_8).startsWith("pretrain  75% ["), bytes.toString(UTF_8));
  }

  @Test
  void sameStateIsOneLine() {
    lines.accept("a ");
    lines.accept("a ");
    lines.accept("b");
    assertEquals(List.of("a", "b"), bytes.toString(UTF_8).lines().toList());
  }
}
