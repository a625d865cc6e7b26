package org.vocabeam.pipelines.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vocabeam.models.evaluate.Signal;
import org.vocabeam.pipelines.runner.Progress;
import org.vocabeam.transforms.signal.SignalCost;
import org.vocabeam.transforms.training.StepObserver;
import org.vocabeam.transforms.training.StepReport;

/** Shows the numbers of the first replica's newest step; the others take their steps meanwhile. */
final class StepLine implements StepObserver {
  private final Progress progress;
  private final long done;
  private final long imagesPerStep;
  private final long start = System.nanoTime();
  private long gpuBytes;
  private double signalSeconds;
  private String signal = "";

  /**
   * @param done steps of earlier rounds
   * @param imagesPerStep images of a step of all replicas
   */
  StepLine(Progress progress, long done, long imagesPerStep) {
    this.progress = progress;
    this.done = done;
    this.imagesPerStep = imagesPerStep;
  }

  /** Returns the most memory of a GPU that a replica had in use; 0 without a GPU. */
  long gpuBytes() {
    return gpuBytes;
  }

  /** Takes note of the time that a round's signal took. */
  void paid(SignalCost cost) {
    signalSeconds += cost.seconds();
  }

  /** Shows the signal of a complete round from now on, if it has one. */
  void measured(RoundMetrics metrics) {
    StringBuilder text = new StringBuilder();
    metrics
        .mean(Signal.NEIGHBOURS)
        .ifPresent(value -> text.append(String.format(Locale.ROOT, " nn %.1f%%", 100 * value)));
    metrics
        .mean(Signal.RANKME)
        .ifPresent(value -> text.append(String.format(Locale.ROOT, " rank %.1f", value)));
    if (text.length() > 0) {
      signal = text.toString();
    }
  }

  /** Returns lines on memory and time, for a person. */
  List<String> summary() {
    List<String> lines = new ArrayList<>();
    if (gpuBytes > 0) {
      lines.add(String.format(Locale.ROOT, "GPU memory:  %.1f GB in use at most", gpuBytes / 1e9));
    }
    if (signalSeconds > 0) {
      double seconds = (System.nanoTime() - start) / 1e9;
      lines.add(
          String.format(
              Locale.ROOT,
              "Signal:      took %.1f s, %.1f %% of the time",
              signalSeconds,
              100 * signalSeconds / seconds));
    }
    return lines;
  }

  @Override
  public void stepped(StepReport report) {
    gpuBytes = Math.max(gpuBytes, report.gpuBytes());
    if (report.replica() == 0) {
      double seconds = (System.nanoTime() - start) / 1e9;
      long taken = report.step() + 1;
      progress.stepTo(taken);
      progress.message(message(report, (taken - done) * imagesPerStep / seconds));
    }
  }

  /** Signal and speed stand before the method's own numbers: a narrow terminal cuts the end off. */
  private String message(StepReport report, double imagesPerSecond) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "loss %.3f%s %.0f img/s %.0f%% waiting",
            report.values()[0],
            signal,
            imagesPerSecond,
            100 * report.waiting()));
    for (int i = 1; i < report.values().length; i++) {
      String name = report.names().get(i);
      float value = report.values()[i];
      if (name.startsWith("perplexity_image")) {
        text.append(String.format(Locale.ROOT, " words/image %.0f", value));
      } else if (name.startsWith("perplexity_batch")) {
        text.append(String.format(Locale.ROOT, " words/batch %.0f", value));
      } else if (name.equals("embedding_std")) {
        text.append(String.format(Locale.ROOT, " std %.3f", value));
      }
    }
    return text.toString();
  }
}
