package org.vocabeam.transforms.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Serializable;
import org.apache.beam.sdk.transforms.Combine;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * What an input has, against what a growing store had before: {@code growth.json}. Images are the
 * same when their bytes are, whatever their names.
 *
 * @param known images of the input that the store has
 * @param renamed those of them that have another name than in the store
 * @param relabelled those of them that have another label or split than in the store, where they
 *     keep theirs
 * @param copies images of the input that another new one of the input is the same as
 * @param missing images of the store that the input has no longer; they stay
 */
public record Growth(long known, long renamed, long relabelled, long copies, long missing)
    implements Serializable {
  static final String FILE = "growth.json";
  static final Growth NONE = new Growth(0, 0, 0, 0, 0);

  private static final ObjectMapper JSON = new ObjectMapper();

  Growth plus(Growth other) {
    return new Growth(
        known + other.known,
        renamed + other.renamed,
        relabelled + other.relabelled,
        copies + other.copies,
        missing + other.missing);
  }

  /** Reads that of the last input, from the directory of all images. */
  public static Growth read(String directory) {
    String file = StoreFiles.resolve(directory, FILE);
    try {
      return JSON.readValue(StoreFiles.read(file), Growth.class);
    } catch (JsonProcessingException e) {
      throw new UserError(file + " does not hold counts of images; ingest again", e);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Adds up. */
  static final class Sum extends Combine.BinaryCombineFn<Growth> {
    private static final long serialVersionUID = 1L;

    @Override
    public Growth apply(Growth left, Growth right) {
      return left.plus(right);
    }

    @Override
    public Growth identity() {
      return NONE;
    }
  }
}
