package org.vocabeam.transforms.image;

/** Reason why a file does not become an image. */
public enum Rejection {
  EMPTY("no content"),
  NOT_AN_IMAGE("not an image"),
  TOO_MANY_PIXELS("more pixels than maxPixels"),
  TOO_MANY_BYTES("more bytes than an image of maxPixels needs"),

  CORRUPT("corrupt"),
  ENCRYPTED("encrypted"),
  PACKED("compressed in a way that is not read"),
  SAME_NAME("another file has this name"),
  MISSING("no such file"),
  GONE("gone before it was read"),
  CLOSED("no permission to read it"),
  UNREADABLE("cannot be read from its disk"),
  DAMAGED("damaged archive or table, read up to the damage"),

  TRUNCATED_JPEG("truncated JPEG"),
  CORRUPT_JPEG("corrupt JPEG"),
  UNSUPPORTED_JPEG("JPEG that is lossless or has no 8 bits, which is not supported"),

  TRUNCATED_PNG("truncated PNG"),
  CORRUPT_PNG("corrupt PNG"),

  TRUNCATED_WEBP("truncated WebP"),
  CORRUPT_WEBP("corrupt WebP"),

  TRUNCATED_TIFF("truncated TIFF"),
  CORRUPT_TIFF("corrupt TIFF"),
  MULTISPECTRAL_TIFF("TIFF of more than 4 channels, which is not supported"),
  NUMERIC_TIFF("TIFF of signed, 32-bit or floating-point numbers, which is not supported"),
  UNSUPPORTED_TIFF("TIFF of a compression or colour space that is not supported"),

  TRUNCATED_BMP("truncated BMP"),
  CORRUPT_BMP("corrupt BMP"),
  UNSUPPORTED_BMP("BMP of a compression or depth that is not supported"),

  TRUNCATED_GIF("truncated GIF"),
  CORRUPT_GIF("corrupt GIF"),

  TRUNCATED_PNM("truncated PNM"),
  CORRUPT_PNM("corrupt PNM"),

  TRUNCATED_JPEG_2000("truncated JPEG 2000"),
  CORRUPT_JPEG_2000("corrupt JPEG 2000"),
  UNSUPPORTED_JPEG_2000("JPEG 2000 other than 8-bit grey or RGB, which is not supported"),

  AVIF("AVIF, which is not supported"),
  DICOM("DICOM, which is not supported"),
  HEIC("HEIC, which is not supported"),
  JPEG_XL("JPEG XL, which is not supported");

  private final String reason;

  Rejection(String reason) {
    this.reason = reason;
  }

  /** Text in the {@code rejected} store, the same on every machine. */
  public String reason() {
    return reason;
  }
}
