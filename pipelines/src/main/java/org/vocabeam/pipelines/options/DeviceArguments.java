package org.vocabeam.pipelines.options;

import org.vocabeam.models.program.DeviceChoice;
import picocli.CommandLine.Option;

/** Mixin of the commands whose pipelines run networks: the runner, and the device. */
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

  @Override
  DeviceChoice device() {
    return device;
  }
}
