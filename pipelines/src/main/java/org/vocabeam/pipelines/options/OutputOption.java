package org.vocabeam.pipelines.options;

import picocli.CommandLine.Option;

/** Mixin for the directory that a command writes. */
public final class OutputOption {
  @Option(
      names = "--output",
      order = Sections.OUTPUT,
      required = true,
      paramLabel = "DIR",
      description = "Directory that ${COMMAND-NAME} writes, or s3://BUCKET/PATH.")
  private String directory;

  /** Returns the directory. */
  public String directory() {
    return directory;
  }
}
