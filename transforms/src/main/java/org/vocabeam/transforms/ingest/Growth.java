package org.vocabeam.transforms.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Serializable;
import org.apache.beam.sdk.transforms.Combine;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Comparison of an input with what a growing store had before: {@code growth.json}. Images with the
 * same bytes are the same, whatever their names.
 *
 * @param known number of images of the input that the store has
 * @param renamed number of known images with another name than in the store
 * @param relabelled number of known images with another label or split than in the store, which
 *     keeps its own
 * @param copies number of images of the input that are equal to a new one of the input
 * @param missing number of images of the store that the input no longer has; they stay
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

  /** Reads the growth by the last input, from the directory of all images. */
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

  /** Sum of growths. */
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
