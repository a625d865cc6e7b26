package org.vocabeam.pipelines.run;

import java.util.List;
import java.util.Locale;
import org.vocabeam.pipelines.runner.Progress;
import org.vocabeam.transforms.training.StepObserver;
import org.vocabeam.transforms.training.StepReport;

/** Shows the numbers of the first replica's newest step; the others take their steps meanwhile. */
final class StepLine implements StepObserver {
  private final Progress progress;
  private final long done;
  private final long imagesPerStep;
  private final long start = System.nanoTime();

  /**
   * @param done steps of earlier rounds
   * @param imagesPerStep images of a step of all replicas
   */
  StepLine(Progress progress, long done, long imagesPerStep) {
    this.progress = progress;
    this.done = done;
    this.imagesPerStep = imagesPerStep;
  }

  @Override
  public void stepped(StepReport report) {
    if (report.replica() == 0) {
      double seconds = (System.nanoTime() - start) / 1e9;
      long taken = report.step() + 1;
      progress.stepTo(taken);
      progress.message(
          message(report.names(), report.values(), (taken - done) * imagesPerStep / seconds)
              + String.format(Locale.ROOT, " %.0f%% waiting", 100 * report.waiting()));
    }
  }

  private static String message(List<String> names, float[] values, double imagesPerSecond) {
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "loss %.3f", values[0]));
    for (int i = 1; i < values.length; i++) {
      String name = names.get(i);
      if (name.startsWith("perplexity_image")) {
        text.append(String.format(Locale.ROOT, " words/image %.0f", values[i]));
      } else if (name.startsWith("perplexity_batch")) {
        text.append(String.format(Locale.ROOT, " words/batch %.0f", values[i]));
      } else if (name.equals("embedding_std")) {
        text.append(String.format(Locale.ROOT, " std %.3f", values[i]));
      }
    }
    return text.append(String.format(Locale.ROOT, " %.0f img/s", imagesPerSecond)).toString();
  }
}
