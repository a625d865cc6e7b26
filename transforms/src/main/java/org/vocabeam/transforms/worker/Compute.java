package org.vocabeam.transforms.worker;

import java.io.Serializable;
import org.vocabeam.models.program.DeviceChoice;

/**
 * Where a worker computes a network, and how it prepares the images for it. No part of any task: it
 * does not change a result.
 *
 * @param device of the network
 * @param threads that prepare its images
 */
public record Compute(DeviceChoice device, FeedThreads threads) implements Serializable {
  /** On the CPU. */
  public static final Compute CPU = new Compute(DeviceChoice.CPU, FeedThreads.AUTOMATIC);
}
