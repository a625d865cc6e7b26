package org.vocabeam.transforms.worker;

import java.io.Serializable;
import org.vocabeam.models.program.Determinism;
import org.vocabeam.models.program.DeviceChoice;

/**
 * Where a worker computes a network, and how it prepares the images for it. No part of any task: it
 * does not change a result, but for the last bits on a GPU.
 *
 * @param device of the network
 * @param threads that prepare its images
 * @param deterministic true for the same bytes from every run on the same kind of GPU
 */
public record Compute(DeviceChoice device, FeedThreads threads, boolean deterministic)
    implements Serializable {
  /** On the CPU. */
  public static final Compute CPU = new Compute(DeviceChoice.CPU, FeedThreads.AUTOMATIC, false);

  /**
   * Prepares this process for networks.
   *
   * @return the device
   * @throws org.vocabeam.models.UserError when it cannot be deterministic any more
   */
  public DeviceChoice begin() {
    if (deterministic && device != DeviceChoice.CPU) {
      Determinism.require();
    }
    return device;
  }
}
