package org.vocabeam.transforms.files;

/**
 * Reason why a file of an input is not read at all, so that it neither becomes an image nor is
 * rejected as one.
 */
public enum Unread {
  HIDDEN("hidden", true),
  LABELS("labels of images", true),
  BESIDE("beside the image of its sample", true),
  ARCHIVE_BESIDE_IMAGES("archive beside loose images", false),
  OTHER_FORMAT("beside files of another format", false),
  UNKNOWN_ARCHIVE("kind of archive that is not read", false),
  LOOP("link back to a folder above it", false),
  DANGLING("link to nothing", false),
  CLOSED_FOLDER("folder without permission to list it", false),
  SAME_NAME("name of bytes that are shown as another file's name", false),
  SPECIAL("neither file nor folder", false);

  private final String reason;
  private final boolean meant;

  Unread(String reason, boolean meant) {
    this.reason = reason;
    this.meant = meant;
  }

  /** Text in statistics and reports. */
  public String reason() {
    return reason;
  }

  /** Returns true if nobody would want such a file to be an image. */
  public boolean isMeant() {
    return meant;
  }
}
