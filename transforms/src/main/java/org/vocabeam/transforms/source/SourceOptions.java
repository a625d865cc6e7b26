package org.vocabeam.transforms.source;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Meaning of a source's directories and columns, where the source does not tell it.
 *
 * @param layout of a folder or tar: {@code auto} for the depth of its directories, or the meaning
 *     of each of them from the root on, as {@code split/label}; {@code *} has no meaning
 * @param imageColumn of Parquet; null for {@link #IMAGE}
 * @param labelColumn of Parquet; null for {@link #LABEL} if the file has it
 * @param splitColumn of Parquet; null for {@link #SPLIT} if the file has it. Without such a column
 *     the file's name may tell the split: {@code train-00000-of-00002.parquet}
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

  /** Returns true if a column of Parquet is named. */
  boolean namesColumns() {
    return imageColumn != null || labelColumn != null || splitColumn != null;
  }

  /** Returns the layout by depth and the usual column names. */
  public static SourceOptions usual() {
    return new SourceOptions(Layout.AUTO, null, null, null);
  }
}
