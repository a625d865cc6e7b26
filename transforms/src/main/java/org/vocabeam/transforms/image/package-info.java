/**
 * Images: how their files are checked and decoded, and how they are stored.
 *
 * <ul>
 *   <li><b>Formats.</b> A file is recognised by its first bytes, and only by the formats that are
 *       registered in {@link org.vocabeam.transforms.image.ImageFormat}. Java would also accept
 *       other files: to it, any that begins with two zero bytes is a WBMP.
 *   <li><b>Colour.</b> Grey stays one channel. Profiles and gamma are ignored; 16 bits are rounded
 *       to 8; CMYK becomes RGB without a profile. What is behind transparent pixels is an option,
 *       white by default.
 *   <li><b>Decoders.</b> JPEG, WebP and JPEG 2000 are decoded by libjpeg-turbo, libwebp and
 *       OpenJPEG in Leptonica's native library, and so have Pillow's pixels to the last bit.
 *       TwelveMonkeys' WebP differs by up to 90 of 255, for its chroma is not smoothed. TIFF is
 *       TwelveMonkeys': Leptonica reads no tiles and no planes, and no native libtiff is exposed to
 *       damaged files; Java's own knows no BigTIFF and no predictor of 16 bits. PNG is Java's. BMP,
 *       GIF and PNM have readers here, because others differ from Pillow where a frame is smaller
 *       than the screen or a file is cut.
 *   <li><b>Parts.</b> For views, TensorFlow's libjpeg-turbo decodes only the rows of a JPEG that
 *       are needed, at 1/2, 1/4 or 1/8 where that is enough, but tells nothing of damage. A whole
 *       photo of 500 x 375 takes 1.0 ms, where Java's readers take 2.6.
 *   <li><b>Damage.</b> A file is decoded whole before it is accepted. Its structure is read first,
 *       in Java, before native code sees it: the size against {@code maxPixels}, tiles, the end of
 *       the file (libjpeg would fill in grey and only warn), the checksums of a PNG. A warning of
 *       libjpeg is a rejection; what it warns of without need is removed from the file beforehand.
 *       Any exception of a reader rejects that file alone. The reasons are a fixed set of texts, so
 *       that they can be counted and are the same on every machine.
 * </ul>
 */
package org.vocabeam.transforms.image;
