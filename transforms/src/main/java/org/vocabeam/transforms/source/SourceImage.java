package org.vocabeam.transforms.source;

import com.google.common.base.Strings;
import com.google.common.hash.Hashing;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.files.Unread;
import org.vocabeam.transforms.image.ImageFormat;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Rejection;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Image of a source before it is decoded: a whole file, or pixels {@code [height, width,
 * channels]}.
 *
 * @param width of pixels; 0 for a file
 * @param height of pixels; 0 for a file
 * @param channels of pixels; 0 for a file
 * @param bytes empty when rejected
 * @param rejection reason why the file is no image, or null
 * @param unread reason why the file is neither image nor rejected, or null
 */
public record SourceImage(
    String id,
    @Nullable String label,
    String split,
    int width,
    int height,
    int channels,
    byte[] bytes,
    @Nullable Rejection rejection,
    @Nullable Unread unread) {
  public static final RecordType<SourceImage> TYPE =
      RecordType.of(SourceImage.class, "source images", SourceImage::id);

  /** Creates an image, or a rejected file. */
  public SourceImage(
      String id,
      @Nullable String label,
      String split,
      int width,
      int height,
      int channels,
      byte[] bytes,
      @Nullable Rejection rejection) {
    this(id, label, split, width, height, channels, bytes, rejection, null);
  }

  /** Reads a file to its end, and rejects it early when it is no image or is too long. */
  public static SourceImage file(
      String id, @Nullable String label, String split, InputStream in, int maxBytes)
      throws IOException {
    byte[] start = in.readNBytes(ImageFormat.SIGNATURE);
    if (start.length == 0) {
      return rejected(id, split, Rejection.EMPTY);
    }
    if (ImageFormat.of(start).isEmpty()) {
      return rejected(id, split, Rejection.NOT_AN_IMAGE);
    }
    byte[] rest = in.readNBytes(maxBytes - start.length + 1);
    if (start.length + (long) rest.length > maxBytes) {
      return rejected(id, split, Rejection.TOO_MANY_BYTES);
    }
    byte[] bytes = Arrays.copyOf(start, start.length + rest.length);
    System.arraycopy(rest, 0, bytes, start.length, rest.length);
    return new SourceImage(id, label, split, 0, 0, 0, bytes, null);
  }

  /** Returns the id of a row of a file, with at least five digits, so that ids sort as rows. */
  static String rowId(String file, long row) {
    return file + "#" + Strings.padStart(Long.toString(row), 5, '0');
  }

  /**
   * Returns the reason why a file is rejected that cannot be read at all.
   *
   * @param missing reason for a file that is not there
   * @throws UserError when an object store fails, whose files would be lost for a while's error
   */
  static Rejection unreadable(String file, IOException failure, Rejection missing) {
    if (failure instanceof NoSuchFileException || failure instanceof FileNotFoundException) {
      return missing;
    }
    if (StoreFiles.local(file).isEmpty()) {
      throw new UserError("cannot read " + file + ": " + failure.getMessage(), failure);
    }
    return failure instanceof AccessDeniedException ? Rejection.CLOSED : Rejection.UNREADABLE;
  }

  static SourceImage rejected(String id, String split, Rejection rejection) {
    return new SourceImage(id, null, split, 0, 0, 0, new byte[0], rejection);
  }

  /** Returns a file that is only counted. */
  static SourceImage unread(String id, Unread unread) {
    return new SourceImage(id, null, ImageRecord.NO_SPLIT, 0, 0, 0, new byte[0], null, unread);
  }

  /** Returns true for an image, false for a file that is rejected or not read. */
  public boolean isImage() {
    return rejection == null && unread == null;
  }

  /** Returns the same image with another id. */
  public SourceImage withId(String other) {
    return new SourceImage(other, label, split, width, height, channels, bytes, rejection, unread);
  }

  /** Returns a hash of bytes and shape: 32 hexadecimal digits. */
  public String content() {
    return Hashing.murmur3_128()
        .newHasher()
        .putInt(width)
        .putInt(height)
        .putInt(channels)
        .putBytes(bytes)
        .hash()
        .toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return RecordType.areEqual(this, other);
  }

  @Override
  public int hashCode() {
    return RecordType.hash(this);
  }
}
