/**
 * Ingestion: from the files of a {@linkplain org.vocabeam.transforms.source source} to the {@code
 * images} store.
 *
 * <ul>
 *   <li><b>Stored bytes.</b> With {@code resize}: raw pixels. With a short side, of images that are
 *       larger: a JPEG of the wanted quality, or a PNG, of the scaled pixels; an image that is not
 *       larger is never enlarged, nor encoded again. Otherwise: the original bytes when every
 *       decoder gives the same pixels for them (8-bit grey or RGB JPEG, also progressive; 8-bit
 *       grey or truecolour PNG; upright; no change of channels), and a PNG of the decoded pixels
 *       otherwise (palette, transparency, 16 bits, fewer than 8 bits, CMYK, an EXIF orientation,
 *       {@code colour}). So readers of the store need no rules about colour and orientation.
 *   <li><b>Scaling.</b> From all pixels of an image: libjpeg's own scaling (1/2, 1/4, 1/8) is
 *       another filter, and an image is scaled once but read in every epoch.
 *   <li><b>Growing stores.</b> An image is new to a store by the hash of its source bytes, so known
 *       images are hashed and not decoded, whatever their names are now. The source is read once
 *       for the hashes, and once more where something is new; only hashes and names go through the
 *       runner. A known image keeps its first label and split, and an image that the source no
 *       longer has stays: an increment never changes, so earlier models can be made again. To
 *       remove images, ingest into another store. A new image whose name is taken is called {@code
 *       NAME@} and 8 digits of its hash. Rejected files are tried and counted again every time.
 * </ul>
 */
package org.vocabeam.transforms.ingest;
