package org.vocabeam.pipelines.runner;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vocabeam.models.UserError;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.program.Gpus;
import org.vocabeam.transforms.worker.Compute;
import org.vocabeam.transforms.worker.FeedThreads;

/**
 * Where pipelines run: in this process or on a Flink cluster, and how their networks compute.
 * Nothing of it is part of a recipe or of a store's provenance, because the results do not depend
 * on it.
 *
 * <pre>{@code
 * Runner runner = new Runner("FlinkRunner", BeamOptions.NONE, Compute.CPU);
 * Pipeline pipeline = runner.create("embed");
 * // ... apply transforms ...
 * runner.run(pipeline);
 * }</pre>
 */
public final class Runner {
  /** Beam's option for the address of a Flink cluster. */
  public static final String FLINK_MASTER = "--flinkMaster";

  private static final Logger LOG = LoggerFactory.getLogger(Runner.class);

  /** Default of the name. */
  public static final String FLINK = "FlinkRunner";

  private static final String DIRECT = "DirectRunner";
  private static final String LOCAL = "[local]";

  private final String name;
  private final BeamOptions beam;
  private final @Nullable Compute compute;
  private final int sharing;
  private final String title;
  private @Nullable FlinkCluster cluster;
  private int slots;

  /**
   * @param name Beam's name of the runner: FlinkRunner or DirectRunner
   * @param beam other options of Beam and of the runner
   * @param compute how networks compute; null for pipelines without networks
   */
  public Runner(String name, BeamOptions beam, @Nullable Compute compute) {
    this(name, beam, compute, 1, "");
  }

  private Runner(
      String name, BeamOptions beam, @Nullable Compute compute, int sharing, String title) {
    this.name = name;
    this.beam = beam;
    this.compute = compute;
    this.sharing = sharing;
    this.title = title;
  }

  /** Returns a runner with the same choices, which checks its cluster anew. */
  public Runner renewed() {
    return new Runner(name, beam, compute, sharing, title);
  }

  /**
   * Returns a runner with the same choices for one of several runs at the same time, which takes
   * its share of the cluster's slots and names its lines.
   *
   * @param runs number of runs at the same time; for 1 the runner is this one
   * @param run name of the run, for its lines
   */
  public Runner sharing(int runs, String run) {
    return runs == 1 ? this : new Runner(name, beam, compute, runs, run);
  }

  /** Prints a line on standard error, with the name of the run where there are several. */
  public void say(String line) {
    System.err.println(title.isEmpty() ? line : title + ": " + line);
  }

  /** Starts showing the progress of a task, in lines where several runs share the terminal. */
  public Progress progress(String task, long done, long total) {
    return title.isEmpty()
        ? Progress.start(task, done, total)
        : Progress.lines(title + ": " + task, done, total);
  }

  /** Returns the options of a command with networks that differ from their defaults. */
  public List<String> arguments() {
    List<String> arguments = new ArrayList<>(argumentsWithoutDevice());
    if (compute != null && compute.device() != DeviceChoice.AUTO) {
      arguments.add("--device=" + compute.device().name().toLowerCase(Locale.ROOT));
    }
    if (compute != null && compute.deterministic()) {
      arguments.add("--deterministic");
    }
    if (compute != null && !compute.threads().equals(FeedThreads.AUTOMATIC)) {
      arguments.add("--feedThreads=" + compute.threads().wanted());
    }
    return List.copyOf(arguments);
  }

  /** Returns the options of a command without networks that differ from their defaults. */
  public List<String> argumentsWithoutDevice() {
    List<String> arguments = new ArrayList<>();
    if (!name.equals(FLINK)) {
      arguments.add(runnerArgument());
    }
    arguments.addAll(beam.arguments());
    return List.copyOf(arguments);
  }

  private String runnerArgument() {
    return "--runner=" + name;
  }

  /** Returns how networks compute; on the CPU for pipelines without networks. */
  public Compute compute() {
    return compute == null ? Compute.CPU : compute;
  }

  /** Returns true when workers are in other processes, perhaps with another working directory. */
  public boolean isRemote() {
    return name.equals(FLINK)
        && beam.value(FLINK_MASTER).filter(master -> !master.startsWith("[")).isPresent();
  }

  /** Creates an empty pipeline on this runner, for {@link #run}. */
  public Pipeline create(String jobName) {
    return Pipeline.create(options(jobName));
  }

  /** Runs a pipeline to its end and throws its failure. */
  public void run(Pipeline pipeline) {
    run(pipeline, () -> {});
  }

  /**
   * Runs a pipeline to its end and throws its failure.
   *
   * @param meanwhile called again and again while the pipeline runs elsewhere ({@link #isRemote})
   */
  public void run(Pipeline pipeline, Runnable meanwhile) {
    StageFailure.mark(pipeline.getOptions().getJobName(), () -> runUnmarked(pipeline, meanwhile));
  }

  private void runUnmarked(Pipeline pipeline, Runnable meanwhile) {
    if (cluster == null) {
      pipeline.run().waitUntilFinish();
      return;
    }
    // The cluster identifies the job by this name.
    String jobName = pipeline.getOptions().getJobName() + "-" + UUID.randomUUID();
    pipeline.getOptions().setJobName(jobName);
    synchronized (Runner.class) { // Flink's client was not made for several at once
      pipeline.run();
    }
    LOG.info("Submitted the job {}", jobName);
    new ClusterJob(cluster, jobName).finish(meanwhile);
  }

  /**
   * Makes the options of a pipeline, and registers Beam's file systems with them, so that driver
   * code can read and write the same locations.
   *
   * @throws UserError when the cluster cannot run the job, or a GPU was asked for and this process,
   *     which is also the worker, has none
   */
  public PipelineOptions options(String jobName) {
    if (compute != null && !isRemote()) {
      Gpus.check(compute.device());
    }
    if (isRemote() && cluster == null) {
      FlinkCluster found =
          new FlinkCluster(
              beam.value(FLINK_MASTER).orElseThrow(), beam.value("--flinkConfDir").orElse(null));
      slots = found.check();
      cluster = found;
    }
    PipelineOptions options = beam.parse(defaults());
    FlinkPipelineOptions flink = options.as(FlinkPipelineOptions.class);
    if (cluster != null) {
      refuseMoreThanSlots(flink.getParallelism());
    }
    if (LOCAL.equals(flink.getFlinkMaster())) {
      EmbeddedFlink.install(flink.getFlinkConfDir());
      flink.setFlinkMaster(EmbeddedFlink.MASTER);
    } else {
      EmbeddedFlink.remove();
    }
    options.setJobName(jobName);
    FileSystems.setDefaultPipelineOptions(options);
    return options;
  }

  private void refuseMoreThanSlots(int parallelism) {
    if (slots > 0 && sharing > slots) {
      throw new UserError(
          String.format(
              "--parallel is %d, but the cluster at %s has %d slots; lower it, or start more"
                  + " TaskManagers",
              sharing, cluster.master(), slots));
    }
    // A cluster without any slot may start TaskManagers when a job asks for them.
    if (slots > 0 && parallelism > slots) {
      throw new UserError(
          String.format(
              "--parallelism is %d, but the cluster at %s has %d slots; lower it, or start more"
                  + " TaskManagers",
              parallelism, cluster.master(), slots));
    }
  }

  /** Options for what the user did not give. */
  private List<String> defaults() {
    List<String> defaults = new ArrayList<>(List.of(runnerArgument()));
    if (name.equals(FLINK)) {
      // Embedded unless a cluster is named. Elements are never mutated after output (Beam's own
      // rule), so Flink may hand them on without copies.
      defaults.addAll(
          List.of(FLINK_MASTER + "=" + LOCAL, "--objectReuse=true", "--fasterCopy=true"));
    } else if (name.equals(DIRECT)) {
      // Its checks encode every element a second time; the tests keep them on.
      defaults.addAll(List.of("--enforceEncodability=false", "--enforceImmutability=false"));
      // Its monitor never pauses (apache/beam issue 18070): on a thread of its own it would take a
      // core for as long as an element takes, and a round of training is one element. With one
      // thread for both it runs between elements.
      defaults.add("--targetParallelism=1");
    }
    if (cluster != null) {
      defaults.add("--parallelism=" + Math.max(1, slots / sharing));
      defaults.add("--filesToStage=" + emptyJar());
      defaults.add("--attachedMode=false"); // submits and returns; ClusterJob waits
    }
    return List.copyOf(defaults);
  }

  /**
   * Stages nothing, because the cluster's lib has everything. Without any file to stage Beam would
   * stage the class path.
   */
  private static Path emptyJar() {
    try {
      Path jar = Files.createTempFile("vocabeam-job", ".jar");
      jar.toFile().deleteOnExit();
      new JarOutputStream(Files.newOutputStream(jar), new Manifest()).close();
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The choices as on a command line. */
  @Override
  public String toString() {
    return String.join(" ", arguments());
  }
}
