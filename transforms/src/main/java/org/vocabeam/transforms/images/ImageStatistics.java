package org.vocabeam.transforms.images;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.SortedMap;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.store.StoreFiles;

/**
 * What an images store holds: {@code statistics.json} beside its files.
 *
 * @param images in all splits
 * @param channels the most that an image has: 1 or 3; 0 without images
 * @param pixelsOf the split that {@code mean} and {@code std} are of: {@code train}, or {@code all}
 *     when there is no such split
 * @param mean {@code [channels]}, of values scaled to 0..1. Grey images among RGB ones count as RGB
 * @param std {@code [channels]}, standard deviation over all pixels; 0 for images of one colour
 * @param splits images in each
 * @param labels images with each, in all splits
 * @param channelCounts images with so many channels
 * @param minWidth in pixels, like the others; 0 without images
 * @param rejected files by reason
 */
public record ImageStatistics(
    long images,
    int channels,
    String pixelsOf,
    List<Double> mean,
    List<Double> std,
    SortedMap<String, Long> splits,
    SortedMap<String, Long> labels,
    SortedMap<Integer, Long> channelCounts,
    int minWidth,
    int maxWidth,
    int minHeight,
    int maxHeight,
    SortedMap<String, Long> rejected)
    implements Serializable {
  /** The name of the file. */
  public static final String FILE = "statistics.json";

  /** The split that normalisation comes from. */
  public static final String TRAIN = "train";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Whether all images have the same size and number of channels. */
  @JsonIgnore
  public boolean isUniform() {
    return minWidth == maxWidth && minHeight == maxHeight && channelCounts.size() <= 1;
  }

  /** Reads those of an images store. */
  public static ImageStatistics read(String directory) {
    String file = StoreFiles.resolve(directory, FILE);
    try {
      return JSON.readValue(StoreFiles.read(file), ImageStatistics.class);
    } catch (JsonProcessingException e) {
      throw new UserError(file + " does not hold statistics of images; ingest again", e);
    } catch (IOException e) {
      throw new UserError(
          file + " cannot be read; is the directory an images store? Ingest again", e);
    }
  }

  /** Writes them into the directory of an images store. */
  void write(String directory) throws IOException {
    StoreFiles.write(StoreFiles.resolve(directory, FILE), JSON.writeValueAsString(this) + "\n");
  }
}
