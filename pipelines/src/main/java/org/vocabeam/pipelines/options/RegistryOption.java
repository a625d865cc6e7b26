package org.vocabeam.pipelines.options;

import picocli.CommandLine.Option;

/** Mixin for the registry of models that a command reads or writes. */
public final class RegistryOption {
  @Option(
      names = "--registry",
      order = Sections.REGISTRY,
      required = true,
      paramLabel = "DIR",
      description = "Directory of the models of retrain, with the images that they are made of.")
  private String directory;

  /** Returns the directory of the registry. */
  public String directory() {
    return directory;
  }
}
