package org.vocabeam.pipelines.options;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import org.vocabeam.pipelines.runner.ClusterJob;
import org.vocabeam.pipelines.runner.EmbeddedFlink;
import org.vocabeam.pipelines.runner.FlinkCluster;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Mixin of every command that runs pipelines: the runner, and Beam's other options. */
public class PipelineArguments {
  private static final Logger LOG = LoggerFactory.getLogger(PipelineArguments.class);

  public static final String FLINK_MASTER = "--flinkMaster";
  private static final String LOCAL = "[local]";

  @Option(
      names = "--runner",
      defaultValue = "FlinkRunner",
      paramLabel = "NAME",
      description = {
        "Where the pipelines run: FlinkRunner or DirectRunner. Every other option of Beam and of the"
            + " runner may be given too, for example --flinkMaster=[local] or HOST:PORT,"
            + " --parallelism=2, --tempLocation=DIR, --awsRegion=NAME."
      })
  private String runner = "FlinkRunner";

  private final BeamArguments others = new BeamArguments();
  private @Nullable FlinkCluster cluster;
  private int slots;

  /** The same choices as command-line arguments, to hand on to another command. */
  public List<String> arguments() {
    return runnerArguments();
  }

  /** Those of them that every command with pipelines knows. */
  public final List<String> runnerArguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add(runnerArgument());
    arguments.addAll(others.arguments());
    return List.copyOf(arguments);
  }

  private String runnerArgument() {
    return "--runner=" + runner;
  }

  /** A new pipeline named {@code jobName} on the chosen runner, for {@link #run}. */
  public Pipeline create(String jobName) {
    return Pipeline.create(options(jobName));
  }

  /** Runs a pipeline to its end; what fails is thrown. */
  public void run(Pipeline pipeline) {
    run(pipeline, () -> {});
  }

  /**
   * The same.
   *
   * @param meanwhile is done again and again while the pipeline runs elsewhere ({@link #isRemote})
   */
  public void run(Pipeline pipeline, Runnable meanwhile) {
    if (cluster == null) {
      pipeline.run().waitUntilFinish();
      return;
    }
    // The cluster tells of a job by its name.
    String name = pipeline.getOptions().getJobName() + "-" + UUID.randomUUID();
    pipeline.getOptions().setJobName(name);
    pipeline.run();
    LOG.info("Submitted the job {}", name);
    new ClusterJob(cluster, name).finish(meanwhile);
  }

  /** Whether workers are in other processes, perhaps with another working directory. */
  public boolean isRemote() {
    return runner.equals("FlinkRunner")
        && flinkMaster().filter(master -> !master.startsWith("[")).isPresent();
  }

  /** Where networks run, in commands that have any. */
  public DeviceChoice device() {
    return DeviceChoice.CPU;
  }

  private Optional<String> flinkMaster() {
    return others.value(FLINK_MASTER);
  }

  /**
   * The options of a pipeline named {@code jobName}. Also registers Beam's file systems with them,
   * so that driver code can read and write the same locations.
   */
  public PipelineOptions options(String jobName) {
    if (isRemote() && cluster == null) {
      FlinkCluster of = new FlinkCluster(flinkMaster().orElseThrow());
      slots = of.check();
      cluster = of;
    }
    PipelineOptions options = others.parse(usual());
    if (cluster != null) {
      refuseMoreThanSlots(options.as(FlinkPipelineOptions.class).getParallelism());
    }
    FlinkPipelineOptions flink = options.as(FlinkPipelineOptions.class);
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
    // Where there are none yet, TaskManagers may come when a job asks for them.
    if (slots > 0 && parallelism > slots) {
      throw new UserError(
          String.format(
              "--parallelism is %d, but the cluster at %s has %d slots; lower it, or start more"
                  + " TaskManagers",
              parallelism, cluster.master(), slots));
    }
  }

  private List<String> usual() {
    List<String> usual = new ArrayList<>(List.of(runnerArgument()));
    if (runner.equals("FlinkRunner")) {
      // Embedded unless a cluster is named. Elements are never mutated after output (Beam's own
      // rule), so Flink may hand them on without copies.
      usual.addAll(List.of(FLINK_MASTER + "=" + LOCAL, "--objectReuse=true", "--fasterCopy=true"));
    } else if (runner.equals("DirectRunner")) {
      // Its checks encode every element a second time; the tests keep them on.
      usual.addAll(List.of("--enforceEncodability=false", "--enforceImmutability=false"));
      // Its monitor never pauses (apache/beam issue 18070): on a thread of its own it would take a
      // core for as long as an element takes, and a round of training is one. With one thread for
      // both it runs between elements.
      usual.add("--targetParallelism=1");
    }
    if (cluster != null) {
      usual.add("--parallelism=" + Math.max(1, slots));
      usual.add("--filesToStage=" + emptyJar());
      // Submits and returns; ClusterJob waits.
      usual.add("--attachedMode=false");
    }
    return List.copyOf(usual);
  }

  /** Nothing is staged: the cluster's lib has all. Told of no file, Beam stages the class path. */
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

  /**
   * Takes what picocli did not know, and refuses what Beam does not know either.
   *
   * @throws ParameterException with one line: the option, and what it may be
   */
  public void takeUnmatched(CommandLine command) {
    others.takeUnmatched(command, runnerArgument());
  }
}
