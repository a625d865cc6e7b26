package org.vocabeam.pipelines.options;

import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.transforms.worker.Compute;
import org.vocabeam.transforms.worker.FeedThreads;
import picocli.CommandLine.Option;

/** Mixin of the commands whose pipelines run networks: the runner, the device, and threads. */
public final class DeviceArguments extends RunnerArguments {
  @Option(
      names = "--device",
      order = Sections.RUNNER,
      defaultValue = "auto",
      paramLabel = "NAME",
      description =
          "Where networks compute: cpu, gpu (refused where there is none) or auto (a GPU where a"
              + " worker has one).")
  private DeviceChoice device = DeviceChoice.AUTO;

  @Option(
      names = "--deterministic",
      order = Sections.RUNNER,
      description =
          "Two runs on the same kind of GPU give the same bytes, at some cost; otherwise their last"
              + " bits differ. On a CPU they always do.")
  private boolean deterministic;

  @Option(
      names = "--feedThreads",
      order = Sections.RUNNER,
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Threads that decode and cut images for a network ahead of it; 0 for one a processor,"
              + " shared by the networks of a worker. Results do not depend on it.")
  private int feedThreads;

  @Override
  Compute compute() {
    return new Compute(device, new FeedThreads(feedThreads), deterministic);
  }
}
