package org.vocabeam.models.program;

/** What a program may run on. */
public enum DeviceChoice {
  /** The CPU, also where there are GPUs. */
  CPU,
  /** A GPU, or nothing. */
  GPU,
  /** A GPU if this process has one, else the CPU. */
  AUTO
}
