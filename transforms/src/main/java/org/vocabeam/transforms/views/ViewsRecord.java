package org.vocabeam.transforms.views;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Views of one image in one epoch: a row of a {@code views} store.
 *
 * @param id of the image
 * @param epoch of the run, from 0
 * @param label of the image, or null
 * @param split of the image
 * @param views by kind of view, in the order of the method, and by crop
 */
public record ViewsRecord(
    String id, long epoch, @Nullable String label, String split, List<View> views) {
  public static final RecordType<ViewsRecord> TYPE =
      RecordType.of(ViewsRecord.class, "views", ViewsRecord::id);

  /**
   * One view.
   *
   * @param view name of the kind of view
   * @param crop number among the views of the kind, from 0
   * @param size of its sides in pixels
   * @param channels 1 or 3
   * @param bytes {@code [size, size, channels]}, row-major. Not copied: neither side may change
   *     them
   */
  public record View(String view, int crop, int size, int channels, byte[] bytes) {
    public View {
      checkArgument(
          crop >= 0 && size > 0 && (channels == 1 || channels == 3),
          "crop %s of view %s is %s pixels with %s channels",
          crop,
          view,
          size,
          channels);
      checkArgument(
          bytes.length == (long) size * size * channels,
          "crop %s of view %s of %s pixels with %s channels has %s bytes",
          crop,
          view,
          size,
          channels,
          bytes.length);
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
          "View[%s %d, %d x %d x %d, %d]", view, crop, size, size, channels, hashCode());
    }
  }

  public ViewsRecord {
    checkArgument(epoch >= 0, "epoch is %s, must be at least 0", epoch);
    views = List.copyOf(views);
  }

  /** Returns the store of an epoch's views, in the directory of all epochs. */
  public static String directory(String epochs, long epoch) {
    return StoreFiles.resolve(epochs, String.format(Locale.ROOT, "epoch-%06d", epoch));
  }
}
