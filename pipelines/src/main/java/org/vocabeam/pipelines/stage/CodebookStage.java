package org.vocabeam.pipelines.stage;

import java.util.List;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.transforms.codebook.DescriptorStore;
import org.vocabeam.transforms.codebook.IterationRecord;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Visual words of descriptors, by k-means: the store {@code codebook}, and a store of words and of
 * measurements for every iteration. Each iteration is one pipeline, from the newest complete
 * iteration to the next.
 *
 * <pre>{@code
 * new CodebookStage("runs/descriptors", "runs/words", 2048, 50, 1e-4, 1).run(runner);
 * }</pre>
 *
 * @param descriptors descriptors store of one level of a teacher
 * @param output directory of the stores
 * @param words K, positive, at most the descriptors
 * @param iterations moves of the words at most; 0 gives the words of k-means++
 * @param tolerance relative change of the inertia at which the iterations end, in [0, 1)
 * @param seed decides the first words
 */
public record CodebookStage(
    String descriptors, String output, int words, int iterations, double tolerance, long seed)
    implements Request<List<IterationRecord>> {
  /** Default of {@code words}. */
  public static final String WORDS = "2048";

  /** Default of {@code iterations}. */
  public static final String ITERATIONS = "50";

  /** Default of {@code tolerance}. */
  public static final String TOLERANCE = "0.0001";

  /** Default of {@code seed}. */
  public static final String SEED = "1";

  public CodebookStage {
    require(words > 0, "words", words, "positive");
    require(iterations >= 0, "iterations", iterations, "0 or more");
    require(tolerance >= 0 && tolerance < 1, "tolerance", tolerance, "in [0, 1)");
  }

  private static void require(boolean valid, String option, Object actual, String allowed) {
    if (!valid) {
      throw new UserError("--" + option + " is " + actual + ", must be " + allowed);
    }
  }

  /** Returns the directory of the finished store. */
  public String codebook() {
    return StoreFiles.resolve(output, "codebook");
  }

  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("codebook")
        .with("descriptors", descriptors)
        .with("output", output)
        .unless(Integer.valueOf(WORDS), "words", words)
        .unless(Integer.valueOf(ITERATIONS), "iterations", iterations)
        .unless(Double.valueOf(TOLERANCE), "tolerance", tolerance)
        .unless(Long.valueOf(SEED), "seed", seed)
        .with(runner.argumentsWithoutDevice());
  }

  /**
   * Runs the iterations that are not complete yet and writes the codebook.
   *
   * @return the measurements of all iterations
   */
  @Override
  public List<IterationRecord> run(Runner runner) {
    DescriptorStore opened = DescriptorStore.open(descriptors);
    if (opened.rows() < words) {
      throw new UserError(
          String.format(
              "--words is %d, must be at most the %d descriptors; give fewer words, or extract"
                  + " descriptors of more images",
              words, opened.rows()));
    }
    return new KMeans(this, opened, runner).run();
  }
}
