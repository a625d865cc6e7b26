package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.options.SeedOption;
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
    header = "Makes visual words of descriptors by k-means.",
    description =
        "Every iteration is one pipeline run. Killed at any moment, the same command goes"
            + " on from the last complete iteration.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam codebook --descriptors=runs/descriptors --output=runs/words --words=512",
      "  duckdb -c \"SELECT * FROM 'runs/words/iterations/*/*.parquet' ORDER BY iteration\""
    })
public final class CodebookCommand implements Callable<Integer> {
  @Option(
      names = "--descriptors",
      order = Sections.INPUT,
      required = true,
      paramLabel = "DIR",
      description =
          "Descriptors store: local features of one level of a teacher, as extract writes it.")
  private String descriptors;

  @Mixin private OutputOption output;

  @Option(
      names = "--words",
      order = Sections.WORDS,
      defaultValue = CodebookStage.WORDS,
      paramLabel = "K",
      description = "Words of the codebook; hundreds suit small data sets.")
  private int words;

  @Option(
      names = "--iterations",
      order = Sections.WORDS,
      defaultValue = CodebookStage.ITERATIONS,
      paramLabel = "N",
      description = "Most iterations; 0 gives the first words, chosen by k-means++.")
  private int iterations;

  @Option(
      names = "--tolerance",
      order = Sections.WORDS,
      defaultValue = CodebookStage.TOLERANCE,
      paramLabel = "X",
      description =
          "Ends when the inertia changes by no more than this share of itself, in [0, 1).")
  private double tolerance;

  @Mixin private SeedOption seed;
  @Mixin private RunnerArguments pipelines;

  /** Returns the request that the options make. */
  CodebookStage request() {
    return new CodebookStage(
        descriptors, output.directory(), words, iterations, tolerance, seed.value());
  }

  @Override
  public Integer call() {
    pipelines.runner().options("codebook");
    CodebookStage stage = request();
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
    System.out.printf(
        "Iterations:  %s/*/*.parquet%n", StoreFiles.resolve(output.directory(), "iterations"));
    System.out.printf(
        "Next:        ./vocabeam assign --images=IMAGES --checkpoint=TEACHER --codebook=%s"
            + " --output=TARGETS%n",
        stage.codebook());
    return 0;
  }
}
