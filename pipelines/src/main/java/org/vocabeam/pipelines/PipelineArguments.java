package org.vocabeam.pipelines;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptions;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Mixin of every command that runs pipelines: the runner, and Beam's other options. */
public final class PipelineArguments {
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

  /** The same choices as command-line arguments, to hand on to another command. */
  public List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add(runnerArgument());
    arguments.addAll(others.arguments());
    return List.copyOf(arguments);
  }

  private String runnerArgument() {
    return "--runner=" + runner;
  }

  /** A new pipeline named {@code jobName} on the chosen runner. */
  public Pipeline create(String jobName) {
    return Pipeline.create(options(jobName));
  }

  /**
   * The options of a pipeline named {@code jobName}. Also registers Beam's file systems with them,
   * so that driver code can read and write the same locations.
   */
  public PipelineOptions options(String jobName) {
    PipelineOptions options = others.parse(usual());
    options.setJobName(jobName);
    FileSystems.setDefaultPipelineOptions(options);
    return options;
  }

  private List<String> usual() {
    return switch (runner) {
      // Embedded unless a cluster is named. Elements are never mutated after output (Beam's own
      // rule), so Flink may hand them on without copies.
      case "FlinkRunner" ->
          List.of(
              runnerArgument(), "--flinkMaster=[local]", "--objectReuse=true", "--fasterCopy=true");
      // Its checks encode every element a second time; the tests keep them on.
      case "DirectRunner" ->
          List.of(runnerArgument(), "--enforceEncodability=false", "--enforceImmutability=false");
      default -> List.of(runnerArgument());
    };
  }

  /**
   * Takes what picocli did not know, and refuses what Beam does not know either.
   *
   * @throws ParameterException with one line: the option, and what it may be
   */
  void takeUnmatched(CommandLine command) {
    others.takeUnmatched(command, runnerArgument());
  }
}
