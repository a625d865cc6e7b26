package org.vocabeam.pipelines.options;

import picocli.CommandLine.Option;

/** Mixin for the number of files of a store. */
public final class ShardsOption {
  @Option(
      names = "--shards",
      order = Sections.FILES,
      defaultValue = "0",
      paramLabel = "N",
      description = "Number of files; 0 chooses it by size.")
  private int count;

  /** Returns the number of files; 0 if it depends on the size. */
  public int count() {
    return count;
  }
}
