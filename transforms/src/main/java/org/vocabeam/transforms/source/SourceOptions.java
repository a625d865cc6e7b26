package org.vocabeam.transforms.source;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Meaning of a source's directories and columns, where the source does not tell it.
 *
 * @param layout of a folder or tar: {@code auto} for the depth of its directories, or the meaning
 *     of each of them from the root on, as {@code split/label}; {@code *} has no meaning
 * @param labels table of labels and splits by file: CSV, TSV, JSON lines or Parquet; null for the
 *     tables that the source has itself
 * @param imageColumn of encoded images in Parquet; null for the usual one
 * @param fileColumn of paths of images, in tables; null for the usual one
 * @param labelColumn null for the usual one, if there is one
 * @param splitColumn null for the usual one, if there is one. Without it the names of directories
 *     and files may tell the split: {@code train-00000-of-00002.parquet}
 */
public record SourceOptions(
    String layout,
    @Nullable String labels,
    @Nullable String imageColumn,
    @Nullable String fileColumn,
    @Nullable String labelColumn,
    @Nullable String splitColumn) {
  public SourceOptions {
    Layout.parse(layout);
  }

  /** Returns true if a column of Parquet is named. */
  boolean namesColumns() {
    return imageColumn != null || fileColumn != null || labelColumn != null || splitColumn != null;
  }

  /** Returns the layout by depth and the usual column names. */
  public static SourceOptions usual() {
    return layout(Layout.AUTO);
  }

  /** Returns the usual column names, with a layout. */
  public static SourceOptions layout(String layout) {
    return new SourceOptions(layout, null, null, null, null, null);
  }

  /** Returns the same with other columns of Parquet. */
  public SourceOptions columns(
      @Nullable String image, @Nullable String label, @Nullable String split) {
    return new SourceOptions(layout, labels, image, fileColumn, label, split);
  }
}
