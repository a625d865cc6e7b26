package org.vocabeam.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Peak memory as the data set grows: {@code ingest}, and a round of {@code pretrain} with a small
 * shuffle window, on data sets of one, four and sixteen times as many images. They are RGB of 64
 * pixels, 12 kB each, so that the round goes on from its first window to the next.
 */
public final class MemoryBench {
  private static final String PART = "memory";
  private static final int SIDE = 64;
  private static final int[] FACTORS = {1, 4, 16};
  private static final int SHUFFLE_MEGABYTES = 16;
  private static final long MAX_STEPS = 40;

  private final Path directory;
  private final int images;
  private final long steps;
  private final ChildJvm jvm;
  private final List<String> pipelineArguments;
  private final Map<String, Double> first = new LinkedHashMap<>();

  /**
   * @param images of the smallest data set
   * @param steps of the round; no more than 40 are taken
   * @param main the launcher's class
   * @param heapMegabytes of every JVM that is started
   * @param pipelineArguments where its pipelines run
   */
  public MemoryBench(
      Path directory,
      int images,
      long steps,
      String main,
      long heapMegabytes,
      List<String> pipelineArguments) {
    this.directory = directory;
    this.images = images;
    this.steps = Math.min(MAX_STEPS, steps);
    this.jvm = new ChildJvm(main, heapMegabytes);
    this.pipelineArguments = pipelineArguments;
  }

  public List<Measurement> measure() {
    List<Measurement> measured = new ArrayList<>();
    for (int factor : FACTORS) {
      int count = factor * images;
      Path input = SyntheticImages.idx(directory.resolve("memory-" + factor), count, SIDE);
      Path stores = directory.resolve("memory-stores-" + factor);
      String size = String.format("%dx, %d images of %d x %d x 3", factor, count, SIDE, SIDE);
      measured.addAll(
          peak("ingest", size, "--input=" + input, "--output=" + stores, "--colour=rgb"));
      measured.addAll(
          peak(
              "pretrain",
              size,
              "--images=" + stores.resolve("images"),
              "--output=" + directory.resolve("memory-run-" + factor),
              "--shuffleMegabytes=" + SHUFFLE_MEGABYTES,
              "--collapseThreshold=0",
              "--rounds=1",
              "--stepsPerRound=" + steps));
    }
    return measured;
  }

  private List<Measurement> peak(String command, String size, String... options) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of(options));
    arguments.addAll(pipelineArguments);
    double megabytes = jvm.run(arguments, directory.resolve("memory.log")).peakBytes() / 1e6;
    double to = first.computeIfAbsent(command, c -> megabytes);
    String of = String.format("%s, heap at most %d MiB", command, jvm.heapMegabytes());
    return List.of(
        new Measurement(PART, of, size, megabytes, "MB peak"),
        new Measurement(PART, of, size + ", to 1x", megabytes / to, "x"));
  }
}
