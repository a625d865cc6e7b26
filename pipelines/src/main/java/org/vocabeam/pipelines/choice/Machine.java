package org.vocabeam.pipelines.choice;

import java.util.Locale;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.program.Gpus;
import org.vocabeam.pipelines.run.BatchCheck;
import org.vocabeam.pipelines.runner.Runner;

/**
 * The machine that trains, as far as settings depend on it.
 *
 * @param cores processors
 * @param hostBytes memory of the machine, or of the container that it is
 * @param gpuBytes memory of its GPU; 0 without one
 */
public record Machine(int cores, long hostBytes, long gpuBytes) {
  /** Memory of a cluster's worker that is taken for granted, because the driver does not see it. */
  private static final long REMOTE_BYTES = 8L << 30;

  /** Memory of a cluster's GPU that is taken for granted. */
  private static final long REMOTE_GPU_BYTES = 16L << 30;

  /**
   * Returns the machine on which a runner's networks compute. Of a cluster's workers only the
   * device that was asked for is known; they count as two cores with 8 GB, and a GPU as one of 16
   * GB.
   */
  public static Machine of(Runner runner) {
    DeviceChoice device = runner.compute().device();
    if (runner.isRemote()) {
      return new Machine(2, REMOTE_BYTES, device == DeviceChoice.GPU ? REMOTE_GPU_BYTES : 0);
    }
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        BatchCheck.physicalBytes(),
        Gpus.memoryBytes(device));
  }

  /** Returns true if networks compute on a GPU. */
  boolean hasGpu() {
    return gpuBytes > 0;
  }

  /** Returns the memory in which networks compute. */
  long deviceBytes() {
    return hasGpu() ? gpuBytes : hostBytes;
  }

  @Override
  public String toString() {
    String gigabytes = String.format(Locale.ROOT, "%.0f GB", deviceBytes() / 1e9);
    return (hasGpu() ? "a GPU" : cores + " cores") + " with " + gigabytes;
  }
}
