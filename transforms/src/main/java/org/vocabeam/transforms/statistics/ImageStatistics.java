package org.vocabeam.transforms.statistics;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Statistics of an images store: {@code statistics.json} beside its files.
 *
 * @param images number of images in all splits
 * @param channels most channels of an image: 1 or 3; 0 without images
 * @param pixelsOf split of {@code mean} and {@code std}: {@code train}, or {@code all} when there
 *     is no such split
 * @param mean {@code [channels]}, mean of the values scaled to [0, 1]. Grey images among RGB ones
 *     count as RGB
 * @param std {@code [channels]}, standard deviation over all pixels; 0 for images of one colour
 * @param splits number of images by split
 * @param labels number of images by label, in all splits
 * @param channelCounts number of images by channels
 * @param minWidth in pixels, like the others; 0 without images
 * @param shortSides number of images by shorter side: 64 stands for 64 to 127, and so on
 * @param encodings number of images by encoding
 * @param distinct number of images that differ in their stored pixels; 0 in files of versions that
 *     did not count them
 * @param copies number of images whose pixels another image has already; they stay in the store
 * @param rejected number of files by reason
 * @param unread files that were not read, by reason
 * @param labelling labels by split, and how they were found; null in files of versions that did not
 *     write it
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
    SortedMap<String, Long> rejected,
    SortedMap<String, NamedCount> unread,
    @Nullable Labelling labelling)
    implements Serializable {
  /** Name of the file. */
  public static final String FILE = "statistics.json";

  /** Split for normalisation. */
  public static final String TRAIN = "train";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Makes counts empty that older versions did not write. */
  public ImageStatistics {
    shortSides = shortSides == null ? new TreeMap<>() : shortSides;
    encodings = encodings == null ? new TreeMap<>() : encodings;
    unread = unread == null ? new TreeMap<>() : unread;
  }

  /** Returns true if all images have the same size and number of channels. */
  @JsonIgnore
  public boolean isUniform() {
    return minWidth == maxWidth && minHeight == maxHeight && channelCounts.size() <= 1;
  }

  /**
   * Returns the same statistics of images whose labels and splits were found so.
   *
   * @param labels place of the labels, in words
   * @param splits place of the splits, in words
   * @param warnings what looked wrong in the source
   */
  public ImageStatistics found(String labels, String splits, List<String> warnings) {
    return new ImageStatistics(
        images,
        channels,
        pixelsOf,
        mean,
        std,
        splits(),
        this.labels,
        channelCounts,
        minWidth,
        maxWidth,
        minHeight,
        maxHeight,
        shortSides,
        encodings,
        distinct,
        copies,
        rejected,
        unread,
        labelling == null ? null : labelling.found(labels, splits, warnings));
  }

  /** Returns all labels, sorted. */
  public List<String> classes() {
    return List.copyOf(labels.keySet());
  }

  /**
   * Reads the statistics of an images store.
   *
   * @throws UserError when the store has none, as one of another engine
   */
  public static ImageStatistics read(String directory) {
    String file = StoreFiles.resolve(directory, FILE);
    try {
      ImageStatistics statistics = JSON.readValue(StoreFiles.read(file), ImageStatistics.class);
      if (statistics == null || !statistics.isWhole()) {
        throw damaged(file, null);
      }
      return statistics;
    } catch (JsonProcessingException e) {
      throw damaged(file, e);
    } catch (IOException e) {
      refuseOtherPlace(directory);
      throw new UserError(
          String.format(
              "%s is missing, but training and evaluation need the mean and classes of their images;"
                  + " if another engine has written %s, ingest it into a new store",
              file, directory),
          e);
    }
  }

  /** Refuses a directory that is not there, or that has its images store inside. */
  private static void refuseOtherPlace(String directory) {
    String inside = StoreFiles.resolve(directory, "images");
    try {
      if (StoreFiles.find(StoreFiles.resolve(inside, FILE)).isPresent()) {
        throw new UserError(
            String.format("%s is no images store; did you mean %s?", directory, inside));
      }
      if (!StoreFiles.exists(directory)) {
        throw new UserError(directory + " is not there; give an images store, as ingest writes it");
      }
    } catch (IOException e) {
      throw new UserError("cannot read " + directory + ": " + e.getMessage(), e);
    }
  }

  private boolean isWhole() {
    return Stream.of(mean, std, splits, labels, channelCounts, rejected).allMatch(Objects::nonNull);
  }

  private static UserError damaged(String file, @Nullable Exception cause) {
    return new UserError(file + " does not hold statistics of images; ingest again", cause);
  }
}
