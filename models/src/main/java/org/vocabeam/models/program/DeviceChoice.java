package org.vocabeam.models.program;

/** Devices that a program may run on. */
public enum DeviceChoice {
  /** The CPU, even with GPUs in the machine. */
  CPU,
  /** A GPU; an error without one. */
  GPU,
  /** A GPU if this process has one, otherwise the CPU. */
  AUTO
}
