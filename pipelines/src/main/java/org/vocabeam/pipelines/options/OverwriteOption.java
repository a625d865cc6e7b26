package org.vocabeam.pipelines.options;

import picocli.CommandLine.Option;

/** Mixin for the permission to replace what a command wrote before. */
public final class OverwriteOption {
  @Option(
      names = "--overwrite",
      order = Sections.OUTPUT,
      description = "Replaces a store that is already there.")
  private boolean given;

  /** Returns true if an existing store is to be replaced. */
  public boolean isGiven() {
    return given;
  }
}
