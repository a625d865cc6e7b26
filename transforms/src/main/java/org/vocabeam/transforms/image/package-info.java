/**
 * Images: how their files are checked and decoded, and how they are stored.
 *
 * <ul>
 *   <li><b>Formats.</b> A file is recognised by its first bytes, and only by the formats that are
 *       registered in {@link org.vocabeam.transforms.image.ImageFormat}. Java would also accept
 *       other files: to it, any that begins with two zero bytes is a WBMP.
 *   <li><b>Colour.</b> Grey stays one channel. Profiles and gamma are ignored; 16 bits are rounded
 *       to 8; transparent pixels are blended with white; CMYK becomes RGB.
 *   <li><b>Decoder.</b> JPEG files are decoded by libjpeg-turbo, and so have Pillow's pixels: whole
 *       by that of Leptonica, which tells whether it has warned; in parts, for views, by that of
 *       TensorFlow, which decodes only the rows that are needed, at 1/2, 1/4 or 1/8 where that is
 *       enough, but tells nothing of damage. It takes 1.0 ms for a photo of 500 x 375, where Java's
 *       readers take 2.6. Only CMYK, and files of which libjpeg has warned, go to Java's reader,
 *       which tells the warning's text.
 *   <li><b>Damage.</b> A file is decoded whole before it is accepted. Its structure is read first:
 *       the size against {@code maxPixels}, the end of the file (libjpeg would fill in grey and
 *       only warn), the checksums of a PNG. Damage within a JPEG's data is found where libjpeg
 *       notices it. The reasons of a rejection are a fixed set of texts, so that they can be
 *       counted and are the same on every machine.
 * </ul>
 */
package org.vocabeam.transforms.image;
