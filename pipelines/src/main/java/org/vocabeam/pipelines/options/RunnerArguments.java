package org.vocabeam.pipelines.options;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.transforms.worker.Compute;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Mixin of every command that runs pipelines: the runner, and Beam's other options. */
public class RunnerArguments {
  @Option(
      names = "--runner",
      order = Sections.RUNNER,
      defaultValue = Runner.FLINK,
      paramLabel = "NAME",
      description =
          "FlinkRunner (in this process, or on a cluster with --flinkMaster=HOST:PORT) or"
              + " DirectRunner. Any other option of Beam and of the runner may be given too, such"
              + " as --parallelism=2, --tempLocation=DIR or --awsRegion=NAME.")
  private String runner = Runner.FLINK;

  private final BeamArguments beam = new BeamArguments();
  private @Nullable Runner built;

  /** Returns the runner that the options choose; the same object at every call. */
  public final Runner runner() {
    if (built == null) {
      built = new Runner(runner, beam.options(), compute());
    }
    return built;
  }

  /** Registers Beam's file systems, so that driver code can read and write every location. */
  public final void registerFileSystems() {
    beam.options().registerFileSystems();
  }

  /** Where networks compute; null for commands without networks. */
  @Nullable Compute compute() {
    return null;
  }

  /**
   * Takes the options that picocli does not know, and refuses those that Beam does not know either.
   *
   * @throws ParameterException with one line: the option, and what it may be
   */
  public final void takeUnmatched(CommandLine command) {
    beam.takeUnmatched(command, "--runner=" + runner);
    built = null; // picocli may parse into the same object again
  }
}
