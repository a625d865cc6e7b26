/**
 * Ingestion: from files that people have to the {@code images} store. Decisions:
 *
 * <ul>
 *   <li><b>What is stored.</b> With {@code resize}: raw pixels. Without it: the original bytes when
 *       every decoder gives the same pixels for them (8-bit grey or RGB JPEG, also progressive;
 *       8-bit grey or truecolour PNG; upright; no change of channels), and a PNG of the decoded
 *       pixels otherwise (palette, transparency, 16 bits, fewer than 8 bits, CMYK, an EXIF
 *       orientation, {@code colour}). So whoever opens the store never needs the rules below, and
 *       {@link org.vocabeam.transforms.image.Pixels} gives what ingestion has seen.
 *   <li><b>Colour.</b> Grey stays one channel. Profiles and gamma are ignored; 16 bits are rounded
 *       to 8; what is transparent is laid on white; CMYK becomes RGB.
 *   <li><b>Damage.</b> A file is decoded whole before it is accepted. The structure is read first:
 *       the size against {@code maxPixels}, the end of the file (libjpeg would fill in grey and
 *       only warn), the checksums of a PNG. Damage within a JPEG's data is found where libjpeg
 *       notices it. Reasons are a fixed set of texts, so that they can be counted and are the same
 *       everywhere.
 *   <li><b>JPEG and PNG only.</b> Java would also take other files for images: any that begins with
 *       two zero bytes is a WBMP to it.
 *   <li><b>One bad file is rejected, one bad source is an error.</b> A whole tar, IDX or Parquet
 *       file that is cut short stops the run, since nobody wants to train on its first half.
 *   <li><b>Statistics</b> are sums of whole numbers, so they do not depend on the order of merging.
 *   <li><b>Copies</b> are images with the same stored pixels, found by counting 128-bit hashes of
 *       them (so the same picture as JPEG and as PNG of it is a copy too). They are counted and
 *       stay: dropping them is for whoever knows which of the labels is right.
 *   <li><b>Parallelism.</b> The driver lists the source and cuts it into parts: 64 files, 10,000
 *       rows of IDX, a row group, a tar. A tar is read by one worker and its images are spread for
 *       decoding.
 *   <li><b>Growing.</b> An image is new to a store by the hash of its bytes as they were read, so
 *       what is known is hashed and not decoded, whatever it is called now. The source is read once
 *       for the hashes and once more where something is new; through the runner go hashes and
 *       names. What was known keeps its first label and split, and what the input has no longer
 *       stays: an increment is never changed, and earlier models can be made again. To be rid of
 *       images, ingest anew into another store. A new image whose name is taken is called {@code
 *       NAME@} with 8 digits of its hash. What could not be used is tried and counted every time.
 * </ul>
 */
package org.vocabeam.transforms.ingest;
