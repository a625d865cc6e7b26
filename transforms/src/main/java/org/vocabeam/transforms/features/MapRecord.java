package org.vocabeam.transforms.features;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.Float16;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.MapShape;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Map of an image, the features of its patches: a row of a {@code maps} store. The rows of the
 * store are in the order of the images, file by file.
 *
 * <p>Parquet has no lists of a fixed size: shape and level are columns and metadata.
 *
 * @param id of the image
 * @param label class, or null
 * @param rows h
 * @param columns w
 * @param channels C
 * @param embedding the level's feature of the whole image, [C]
 * @param patches [h w C]: row by row, the channels of a patch together; neither list is copied, and
 *     no side may change them
 */
public record MapRecord(
    String id,
    @Nullable String label,
    String split,
    int rows,
    int columns,
    int channels,
    float[] embedding,
    float[] patches) {
  /** Keys of the provenance of a maps store. */
  public static final String LEVEL = "level";

  public static final String ROWS = "rows";
  public static final String COLUMNS = "columns";
  public static final String CHANNELS = "channels";
  public static final String TEACHER = "teacher";
  public static final String NUMBERS = "patches";

  /** Type of the stores, whose patches are float32; it also reads those of float16. */
  public static final RecordType<MapRecord> TYPE =
      RecordType.of(MapRecord.class, "maps", MapRecord::id);

  /** Numbers of the patches in the files. */
  public enum Numbers {
    FLOAT16,
    FLOAT32;

    /** Returns the type of the stores. */
    public RecordType<MapRecord> type() {
      return this == FLOAT16 ? TYPE.withFloat16("patches") : TYPE;
    }

    /**
     * Rounds values in place to such numbers.
     *
     * @param image id, for the message
     * @throws UserError if a value is too large for them
     */
    void round(float[] values, String image) {
      if (this == FLOAT32) {
        return;
      }
      for (int i = 0; i < values.length; i++) {
        float rounded = Float16.value(Float16.bits(values[i]));
        if (Float.isInfinite(rounded) && !Float.isInfinite(values[i])) {
          throw new UserError(
              String.format(
                  "a feature of image '%s' is %s, must be at most %.0f for float16; take float32",
                  image, values[i], Float16.MAX));
        }
        values[i] = rounded;
      }
    }
  }

  /** Returns the shape of the map. */
  public MapShape shape() {
    return new MapShape(rows, columns, channels);
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
