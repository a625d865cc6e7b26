package org.vocabeam.transforms.source;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a source does not say itself.
 *
 * @param layout of a folder or tar: {@code auto}, or the meaning of its directories, as {@code
 *     split/label}; see {@link Layout}
 * @param imageColumn of Parquet; null for {@link #IMAGE}
 * @param labelColumn of Parquet; null for {@link #LABEL} if the file has it
 * @param splitColumn of Parquet; null for {@link #SPLIT} if the file has it. Without such a column
 *     the file's name may say it: {@code train-00000-of-00002.parquet}
 */
public record SourceOptions(
    String layout,
    @Nullable String imageColumn,
    @Nullable String labelColumn,
    @Nullable String splitColumn) {
  public static final String IMAGE = "image";
  public static final String LABEL = "label";
  public static final String SPLIT = "split";

  public SourceOptions {
    Layout.parse(layout);
  }

  /** Whether a column of Parquet is asked for. */
  boolean namesColumns() {
    return imageColumn != null || labelColumn != null || splitColumn != null;
  }

  /** By depth, and the usual column names. */
  public static SourceOptions usual() {
    return new SourceOptions(Layout.AUTO, null, null, null);
  }
}
