package org.vocabeam.transforms.statistics;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;

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
 * @param shortSides images by their shorter side: 64 stands for 64 to 127, and so on
 * @param encodings images stored with each
 * @param distinct images that differ in their stored pixels; 0 where a version counted none that
 *     did not count yet
 * @param copies images with the pixels of another that counts as distinct: they are counted and
 *     stay
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
    SortedMap<Integer, Long> shortSides,
    SortedMap<String, Long> encodings,
    long distinct,
    long copies,
    SortedMap<String, Long> rejected)
    implements Serializable {
  /** The name of the file. */
  public static final String FILE = "statistics.json";

  /** The split that normalisation comes from. */
  public static final String TRAIN = "train";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of a version that did not have them yet, the newer counts are empty. */
  public ImageStatistics {
    shortSides = shortSides == null ? new TreeMap<>() : shortSides;
    encodings = encodings == null ? new TreeMap<>() : encodings;
  }

  /** Whether all images have the same size and number of channels. */
  @JsonIgnore
  public boolean isUniform() {
    return minWidth == maxWidth && minHeight == maxHeight && channelCounts.size() <= 1;
  }

  /** All labels, sorted. */
  public List<String> classes() {
    return List.copyOf(labels.keySet());
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
          String.format(
              "%s is not there, but images are trained and evaluated with their mean and classes;"
                  + " if another engine has written %s, make a store with them of it: ingest"
                  + " --input=%s --output=DIR",
              file, directory, directory),
          e);
    }
  }
}
