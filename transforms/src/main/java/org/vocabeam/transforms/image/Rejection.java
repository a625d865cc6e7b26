package org.vocabeam.transforms.image;

/** Reason why a file does not become an image. */
public enum Rejection {
  EMPTY("no content"),
  NOT_AN_IMAGE("not a JPEG or PNG"),
  TRUNCATED("truncated"),
  CORRUPT("corrupt"),
  TOO_MANY_PIXELS("more pixels than maxPixels"),
  TOO_MANY_BYTES("more bytes than an image of maxPixels needs"),
  UNSUPPORTED("kind of JPEG or PNG that is not supported"),
  ENCRYPTED("encrypted"),
  PACKED("compressed in a way that is not read"),
  SAME_NAME("another file has this name"),
  GONE("gone before it was read"),
  CLOSED("no permission to read it"),
  UNREADABLE("cannot be read from its disk");

  private final String reason;

  Rejection(String reason) {
    this.reason = reason;
  }

  /** Text in the {@code rejected} store, the same on every machine. */
  public String reason() {
    return reason;
  }
}
