/**
 * Sources of images, one {@link org.vocabeam.transforms.source.SourceFormat} each: folder, tar,
 * IDX, Parquet, images store.
 *
 * <ul>
 *   <li><b>Parts.</b> The driver lists a source and cuts it into parts for workers: 64 files,
 *       10,000 rows of IDX, a row group, a tar. One worker reads a tar, and its images are spread
 *       for decoding.
 *   <li><b>One damaged file is rejected, one damaged source is an error.</b> A tar, IDX or Parquet
 *       file that is cut short stops the run, since nobody wants to train on its first half.
 *   <li><b>A new format</b> is one class with its parts, and one line in {@code SourceFormat.ALL}.
 *       Settings that the source does not tell go into {@link
 *       org.vocabeam.transforms.source.SourceOptions}.
 * </ul>
 */
package org.vocabeam.transforms.source;
