/**
 * Sources of images, one {@link org.vocabeam.transforms.source.SourceFormat} each: folder,
 * archives, IDX, Parquet, table of files, images store.
 *
 * <ul>
 *   <li><b>Parts.</b> The driver lists a source and cuts it into parts for workers: 64 files,
 *       10,000 rows of IDX, a row group, an archive. One worker reads an archive, and its images
 *       are spread for decoding.
 *   <li><b>Every file is an image, rejected or counted as unread</b> with its reason: {@link
 *       org.vocabeam.transforms.files.Unread}. The driver counts what it lists, a worker what it
 *       finds in an archive.
 *   <li><b>Archives</b> give their entries one after the other ({@code Archive}), and {@code
 *       ArchiveFormat} decides what becomes of an entry. A zip is read by the directory at its end,
 *       so one that is no local file is copied to a temporary file. Names in tars and zips are
 *       bytes of any encoding; those that are not UTF-8 are shown as {@code caf\xE9.jpg}, or read
 *       by the code page of DOS in a zip.
 *   <li><b>Archives are listed before they are read</b> ({@code ArchiveNames}), up to 200,000
 *       members and 256 MB of compressed bytes, so that labels and warnings are those of the
 *       unpacked folder. A worker reads a table inside from the archive again: its rows go into no
 *       part.
 *   <li><b>Labels and splits.</b> {@code Layout} decides them for a file: by {@code LabelTable}s,
 *       then by directories, whose levels the names of all of them tell ({@code Levels}). The
 *       samples of a WebDataset are found before its images are read ({@code Samples}), so that
 *       their members may lie apart; that holds 100 bytes a member, and costs a second reading of a
 *       shard only where it has labels. {@code Origin} keeps in words how labels were found, and
 *       the store's statistics have it, with examples from what was stored.
 *   <li><b>One damaged file is rejected, one damaged source is an error.</b> An archive, IDX or
 *       Parquet file that is cut short stops the run, since nobody wants to train on its first
 *       half.
 *   <li><b>The same input means the same bytes.</b> {@code SourceContent} hashes all files that
 *       decide images and labels, archives and label files too, by names and bytes: a copy
 *       elsewhere or a touch changes nothing, a corrected label does. Local files are read for it,
 *       20 microseconds of CPU for a photo of 40 kB, where decoding takes 2,000. Times are no
 *       evidence of content, but while none is newer than the list of hashes beside the store,
 *       nothing is read. The hash of an object is its etag, which costs a request, and that of a
 *       local file is the same, so that a store has the same bytes wherever its input was.
 *   <li><b>A new format</b> is one class with its parts, and one line in {@code SourceFormat.ALL}.
 *       Settings that the source does not tell go into {@link
 *       org.vocabeam.transforms.source.SourceOptions}.
 * </ul>
 */
package org.vocabeam.transforms.source;
