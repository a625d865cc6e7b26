package org.vocabeam.pipelines.options;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.options.PipelineOptions;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.program.Gpus;
import picocli.CommandLine.Option;

/**
 * Mixin of the commands whose pipelines run networks: also on which device. That is not a part of a
 * recipe or of what a store remembers, for what was asked is the same.
 */
public final class DeviceArguments extends PipelineArguments {
  @Option(
      names = "--device",
      defaultValue = "auto",
      paramLabel = "NAME",
      description =
          "Where the networks run: cpu, gpu (refused where there is none) or auto (a GPU where a"
              + " worker has one).")
  private DeviceChoice device = DeviceChoice.AUTO;

  @Override
  public List<String> arguments() {
    List<String> arguments = new ArrayList<>(super.arguments());
    arguments.add("--device=" + device);
    return List.copyOf(arguments);
  }

  @Override
  public DeviceChoice device() {
    return device;
  }

  /** The same, and refuses at once a GPU that is not there, if the workers are in this process. */
  @Override
  public PipelineOptions options(String jobName) {
    if (!isRemote()) {
      Gpus.check(device);
    }
    return super.options(jobName);
  }
}
