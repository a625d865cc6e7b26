package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.stage.CodebookStage;
import org.vocabeam.transforms.codebook.DescriptorStore;
import org.vocabeam.transforms.codebook.IterationRecord;
import org.vocabeam.transforms.files.StoreFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Descriptors to visual words. */
@Command(
    name = "codebook",
    description = {
      "Makes visual words of descriptors by k-means, one pipeline run an iteration. Killed at any"
          + " moment, the same command goes on from the last complete iteration."
    },
    footer = {
      "",
      "Example: ./vocabeam codebook --descriptors=runs/descriptors --output=runs/words"
          + " --words=2048",
      "Look:    duckdb -c \"SELECT * FROM 'runs/words/iterations/*/*.parquet' ORDER BY iteration\""
    })
public final class CodebookCommand implements Callable<Integer> {
  @Option(
      names = "--descriptors",
      required = true,
      paramLabel = "DIR",
      description = "The store of local features of one level of a teacher.")
  private String descriptors;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The stores: codebook, iterations, and the words of every iteration.")
  private String output;

  @Option(
      names = "--words",
      defaultValue = "2048",
      description = "Words of the codebook; hundreds suit small data sets.")
  private int words;

  @Option(
      names = "--iterations",
      defaultValue = "50",
      description = "Moves of the words, at most; 0 gives those of k-means++.")
  private int iterations;

  @Option(
      names = "--tolerance",
      defaultValue = "0.0001",
      description = "Ends when the inertia changes by no more than this share of itself.")
  private double tolerance;

  @Option(names = "--seed", defaultValue = "1", description = "Of the choice of the first words.")
  private long seed;

  @Mixin private RunnerArguments pipelines;

  @Override
  public Integer call() {
    pipelines.runner().options("codebook");
    CodebookStage stage =
        new CodebookStage(descriptors, output, words, iterations, tolerance, seed);
    List<IterationRecord> done = stage.run(pipelines.runner());
    IterationRecord last = done.get(done.size() - 1);
    int reseeded =
        done.subList(0, done.size() - 1).stream().mapToInt(IterationRecord::reseeded).sum();
    System.out.printf(
        Locale.ROOT,
        "Codebook:    %s%n             %d words, %d of them used, after %d iterations; %d empty"
            + " words were re-seeded%n",
        stage.codebook(),
        words,
        words - last.emptyWords(),
        last.iteration(),
        reseeded);
    System.out.printf(
        Locale.ROOT,
        "Inertia:     %.6g, %.6g a descriptor%n",
        last.inertia(),
        last.inertia() / DescriptorStore.open(descriptors).rows());
    System.out.printf("Iterations:  %s/*/*.parquet%n", StoreFiles.resolve(output, "iterations"));
    System.out.printf(
        "Next:        ./vocabeam assign --images=IMAGES --checkpoint=TEACHER --codebook=%s"
            + " --output=TARGETS%n",
        stage.codebook());
    return 0;
  }
}
