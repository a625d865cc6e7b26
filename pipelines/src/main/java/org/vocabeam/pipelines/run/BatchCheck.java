package org.vocabeam.pipelines.run;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;
import org.vocabeam.models.UserError;
import org.vocabeam.models.program.Gpus;
import org.vocabeam.models.training.Method.WordMap;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.StepMemory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Runner;

/**
 * Check of the sizes of a run before anything is trained: a batch against its images and against
 * memory, words against the local features that there are, a round against the images.
 *
 * <pre>{@code
 * new BatchCheck(recipe, images, RoundPlan.alone(4, 500)).check(runner);
 * }</pre>
 *
 * @param recipe recipe of the run
 * @param images images that it is trained on
 * @param rounds length of the run, and its replicas
 */
public record BatchCheck(Recipe recipe, TrainingImages images, RoundPlan rounds) {
  /** Times that a round may read the images: their order is planned for all of it. */
  private static final long MOST_EPOCHS = 1_000_000;

  /**
   * Refuses sizes that cannot be.
   *
   * @throws UserError with the number that is allowed
   */
  public void check(Runner runner) {
    checkImages();
    checkWords();
    checkMemory(runner);
    checkRounds();
  }

  /** Returns a line on a batch that is larger than the images, or nothing. */
  Optional<String> remark() {
    long share = images.count() / rounds.replicas();
    return share == 0 || recipe.batchSize() <= share
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "Batches:     a step has %d images, and %s has only %d: each is in a batch %.1f times",
                recipe.batchSize(),
                rounds.replicas() == 1 ? "the run" : "a replica",
                share,
                (double) recipe.batchSize() / share));
  }

  private void checkImages() {
    if (!recipe.method().mayRepeatImages() && recipe.batchSize() > images.count()) {
      throw new UserError(
          String.format(
              "batchSize is %d, must be at most %d, the images of split %s: a larger batch holds an"
                  + " image several times; take a smaller one, or ingest more images",
              recipe.batchSize(), images.count(), images.splitName()));
    }
  }

  /** Refuses more visual words than the images have local features. */
  private void checkWords() {
    Optional<WordMap> words = recipe.method().wordMap(recipe.backbone());
    if (words.isEmpty()) {
      return;
    }
    int side =
        Math.max(0, recipe.backbone().mapSide(words.get().level(), shownSide()))
            - 2 * words.get().border();
    long features = images.count() * Math.max(1, side) * Math.max(1, side);
    if (words.get().count() > features) {
      throw new UserError(
          String.format(
              "words is %d, must be at most %d, the local features of the %d images; take fewer"
                  + " words, or ingest more images",
              words.get().count(), features, images.count()));
    }
  }

  private int shownSide() {
    return Math.max(recipe.images().height(), recipe.images().width());
  }

  /** Returns the most steps of a round, whose order of images is planned as a whole. */
  public static long mostStepsPerRound(Recipe recipe, TrainingImages images, int replicas) {
    double imagesOfStep = (double) recipe.batchSize() * replicas;
    return (long) Math.max(1, MOST_EPOCHS * (double) Math.max(1, images.count()) / imagesOfStep);
  }

  private void checkRounds() {
    long most = mostStepsPerRound(recipe, images, rounds.replicas());
    if (rounds.stepsPerRound() > most) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "stepsPerRound is %d, must be at most %d, with which a round reads the %d images %d"
                  + " times; take more rounds of fewer steps",
              rounds.stepsPerRound(),
              most,
              images.count(),
              MOST_EPOCHS));
    }
  }

  private void checkMemory(Runner runner) {
    StepMemory memory = StepMemory.of(recipe);
    long most = Integer.MAX_VALUE / Math.max(1, memory.pixels());
    if (recipe.batchSize() > most) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "batchSize is %d, must be at most %d: the views of a batch have %.1f GB, and one"
                  + " block of memory at most 2.1; take a smaller one",
              recipe.batchSize(),
              most,
              (double) recipe.batchSize() * memory.pixels() / 1e9));
    }
    long physical = physicalBytes();
    double host = (double) recipe.batchSize() * memory.hostBytes();
    double device = (double) recipe.microBatchSize() * memory.deviceBytes();
    if (runner.isRemote() || host + device <= physical) {
      return;
    }
    boolean onGpu = Gpus.isUsed(runner.compute().device());
    if (onGpu && host <= physical) {
      return;
    }
    double perImage =
        memory.hostBytes() + (onGpu ? 0 : (double) memory.deviceBytes() / recipe.microBatches());
    throw new UserError(
        String.format(
            Locale.ROOT,
            "batchSize is %d, must be at most about %d: a step needs %.1f GB at least, and this"
                + " machine has %.1f GB; take a smaller one%s",
            recipe.batchSize(),
            (long) (physical / perImage),
            (host + (onGpu ? 0 : device)) / 1e9,
            physical / 1e9,
            onGpu ? "" : ", or take a step in more micro-batches"));
  }

  /** Returns the memory of this machine, or of the container that it is. */
  public static long physicalBytes() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }
}
