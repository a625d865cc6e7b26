package org.vocabeam.bench;

import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vocabeam.bench.ChildJvm.Cost;

/**
 * Cost of every stage of BoWNet, in a JVM of its own, on data sets of one, four and sixteen times
 * as many grey images: time should grow no more than they, and memory not at all.
 */
public final class StageBench {
  private static final String PART = "stages";
  private static final int SIDE = 28;
  private static final int[] FACTORS = {1, 4, 16};
  private static final int WORDS = 32;
  private static final int BATCH = 64;
  private static final int STEPS = 50;

  private final Path directory;
  private final int images;
  private final ChildJvm jvm;
  private final List<String> pipelineArguments;
  private final Map<String, Cost> first = new LinkedHashMap<>();

  /**
   * @param images of the smallest data set
   * @param main the launcher's class
   * @param heapMegabytes of every JVM that is started
   * @param pipelineArguments where its pipelines run
   */
  public StageBench(
      Path directory, int images, String main, long heapMegabytes, List<String> pipelineArguments) {
    this.directory = directory;
    this.images = images;
    this.jvm = new ChildJvm(main, heapMegabytes);
    this.pipelineArguments = pipelineArguments;
  }

  public List<Measurement> measure() {
    Path smallest = data(images);
    run("ingest", "--input=" + smallest, "--output=" + directory.resolve("stages-teacher"));
    Path teacher = directory.resolve("stages-teacher/run");
    run(
        "pretrain",
        "--method=rotation",
        "--images=" + directory.resolve("stages-teacher/images"),
        "--output=" + teacher,
        "--rounds=1",
        "--stepsPerRound=2");
    List<Measurement> measured = new ArrayList<>();
    for (int factor : FACTORS) {
      measured.addAll(measure(factor, teacher));
    }
    return measured;
  }

  private List<Measurement> measure(int factor, Path teacher) {
    int count = factor * images;
    Path stores = directory.resolve("stages-" + factor);
    String source = "--images=" + stores.resolve("images");
    String of = "--checkpoint=" + teacher;
    Path words = stores.resolve("words");
    Path targets = stores.resolve("targets");
    List<Measurement> all = new ArrayList<>();
    all.addAll(
        stage("ingest", factor, count, stores, "--input=" + data(count), "--output=" + stores));
    Path views = stores.resolve("views");
    all.addAll(stage("augment", factor, count, views, source, "--output=" + views));
    Path descriptors = stores.resolve("descriptors");
    all.addAll(
        stage(
            "extract",
            factor,
            count,
            descriptors,
            source,
            of,
            "--level=layer2",
            "--output=" + descriptors));
    all.addAll(
        stage(
            "codebook",
            factor,
            count,
            words,
            "--descriptors=" + descriptors,
            "--words=" + WORDS,
            "--iterations=3",
            "--output=" + words));
    all.addAll(
        stage(
            "assign",
            factor,
            count,
            targets,
            source,
            of,
            "--codebook=" + words.resolve("codebook"),
            "--output=" + targets));
    Path run = stores.resolve("run");
    all.addAll(
        stage(
            "update",
            factor,
            STEPS * BATCH,
            run,
            source,
            "--method=bownet",
            "--targets=" + targets,
            "--words=" + WORDS,
            "--batchSize=" + BATCH,
            "--rounds=1",
            "--stepsPerRound=" + STEPS,
            "--output=" + run));
    return all;
  }

  private Path data(int count) {
    return SyntheticImages.idx(directory.resolve("stages-idx-" + count), count, SIDE);
  }

  /**
   * @param count images that the stage goes through
   * @param output where it writes
   */
  private List<Measurement> stage(
      String command, int factor, int count, Path output, String... options) {
    Cost cost = run(command, options);
    Cost one = first.computeIfAbsent(command, c -> cost);
    String size = String.format("%dx, %d images", factor, count);
    return List.of(
        new Measurement(PART, command, size, cost.seconds(), "s"),
        new Measurement(PART, command, size + ", by second", count / cost.seconds(), "images/s"),
        new Measurement(
            PART, command, size + ", written", (double) bytes(output) / count, "B/image"),
        new Measurement(PART, command, size + ", memory", cost.peakBytes() / 1e6, "MB peak"),
        new Measurement(PART, command, size + ", time to 1x", cost.seconds() / one.seconds(), "x"),
        new Measurement(
            PART,
            command,
            size + ", memory to 1x",
            (double) cost.peakBytes() / one.peakBytes(),
            "x"));
  }

  private Cost run(String command, String... options) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of(options));
    arguments.addAll(pipelineArguments);
    return jvm.run(arguments, directory.resolve("stages.log"));
  }

  private static long bytes(Path directory) {
    long bytes = 0;
    for (Path file : MoreFiles.fileTraverser().depthFirstPreOrder(directory)) {
      try {
        bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return bytes;
  }
}
