package org.vocabeam.transforms.image;

import java.util.Objects;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Image of an {@code images} store. {@link Pixels#of(ImageRecord)} decodes it.
 *
 * @param id unique name, the same whenever and wherever the source is read
 * @param label class, or null
 * @param split {@code train}, {@code test}, ..., or {@link #NO_SPLIT}
 * @param width at least 1
 * @param height at least 1
 * @param channels 1 (grey) or 3 (RGB)
 * @param encoding {@link #RAW}, {@link #JPEG} or {@link #PNG}
 * @param bytes encoded image; for raw the pixels {@code [height, width, channels]}, row-major. Not
 *     copied: neither side may change them
 */
public record ImageRecord(
    String id,
    @Nullable String label,
    String split,
    int width,
    int height,
    int channels,
    String encoding,
    byte[] bytes) {
  /** Split of an image whose source has no splits. */
  public static final String NO_SPLIT = "all";

  public static final String RAW = "raw";
  public static final String JPEG = "jpeg";
  public static final String PNG = "png";

  public static final RecordType<ImageRecord> TYPE =
      RecordType.of(ImageRecord.class, "images", ImageRecord::id).withTally("split");

  public ImageRecord {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(split, "split");
    if (width < 1 || height < 1 || (channels != 1 && channels != 3)) {
      throw new UserError(
          String.format(
              "image '%s' is %d x %d with %d channels; at least 1 x 1 with 1 or 3 is needed",
              id, width, height, channels));
    }
    boolean raw = encoding.equals(RAW);
    if (!raw && !encoding.equals(JPEG) && !encoding.equals(PNG)) {
      throw new UserError(
          String.format("image '%s' is encoded as '%s', must be raw, jpeg or png", id, encoding));
    }
    if (raw && bytes.length != (long) width * height * channels) {
      throw new UserError(
          String.format(
              "image '%s' of %d x %d x %d has %d bytes, must have one for every value",
              id, height, width, channels, bytes.length));
    }
  }

  /**
   * Reads the header of an encoded image.
   *
   * @throws UserError when it is damaged, or of another size, which ingestion never stores
   */
  ImageHeader header() {
    try {
      ImageHeader header = ImageHeader.read(bytes, (long) width * height);
      boolean turned = header.orientation() >= 5;
      if (header.width() != (turned ? height : width)
          || header.height() != (turned ? width : height)) {
        throw new RejectedException(ImageFormat.of(bytes).orElseThrow().corrupt());
      }
      return header;
    } catch (RejectedException e) {
      throw damaged(e);
    }
  }

  /** Returns the error of an image that was damaged after it was stored. */
  UserError damaged(RejectedException reason) {
    return new UserError(
        String.format(
            "the stored image '%s' is damaged (%s); ingest again", id, reason.getMessage()),
        reason);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return RecordType.areEqual(this, other);
  }

  @Override
  public int hashCode() {
    return RecordType.hash(this);
  }

  @Override
  public String toString() {
    return String.format(
        "ImageRecord[%s, label %s, split %s, %d x %d x %d, %s, %d bytes]",
        id, label, split, height, width, channels, encoding, bytes.length);
  }
}
