package org.vocabeam.transforms.statistics;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonKey;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import org.apache.beam.sdk.transforms.Combine;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.files.Unread;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.image.Rejection;

/**
 * Counts and sums over images. All are whole numbers, so that they are exact, and the same in any
 * order of adding and merging.
 *
 * @param shortSides number of images by the largest power of two that their shorter side reaches
 * @param multiplicities number of contents by the number of images that have them
 * @param unread files that were not read, by reason
 * @param splitLabels number of images by split and label
 * @param labelExamples the first id of each of the first labels
 * @param splitExamples the first id of each of the first splits
 */
public record ImageTally(
    TreeMap<String, Long> splits,
    TreeMap<String, Long> labels,
    TreeMap<Integer, Long> channels,
    TreeMap<Integer, Long> widths,
    TreeMap<Integer, Long> heights,
    TreeMap<Integer, Long> shortSides,
    TreeMap<String, Long> encodings,
    TreeMap<Long, Long> multiplicities,
    TreeMap<String, Long> rejected,
    TreeMap<Plane, Sums> planes,
    TreeMap<String, NamedCount> unread,
    TreeMap<String, TreeMap<String, Long>> splitLabels,
    TreeMap<String, String> labelExamples,
    TreeMap<String, String> splitExamples)
    implements Serializable {
  /** Number of squares of 255 that fit an int, which is several times faster than a long. */
  private static final int BLOCK = 1 << 15;

  /** Name of the file in a growing store, whose next images are added to it. */
  public static final String FILE = "tally.json";

  /** Reader that makes counts empty which older versions did not write. */
  private static final ObjectMapper JSON =
      new ObjectMapper().setDefaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));

  /** Channel of the images of a split with so many channels. */
  public record Plane(String split, int channels, int channel)
      implements Serializable, Comparable<Plane> {
    private static final Comparator<Plane> ORDER =
        Comparator.comparing(Plane::split)
            .thenComparingInt(Plane::channels)
            .thenComparingInt(Plane::channel);

    @Override
    public int compareTo(Plane other) {
      return ORDER.compare(this, other);
    }

    /** Returns a key of JSON; the split comes last because it may be any text. */
    @JsonKey
    String key() {
      return channels + "/" + channel + "/" + split;
    }

    @JsonCreator
    static Plane of(String key) {
      List<String> parts = Splitter.on('/').limit(3).splitToList(key);
      return new Plane(
          parts.get(2), Integer.parseInt(parts.get(0)), Integer.parseInt(parts.get(1)));
    }
  }

  /** Sums over uint8 values; a long holds the squares of 10^14 pixels. */
  public record Sums(long pixels, long sum, long squares) implements Serializable {
    static final Sums ZERO = new Sums(0, 0, 0);

    Sums plus(Sums other) {
      return new Sums(pixels + other.pixels, sum + other.sum, squares + other.squares);
    }

    /** Returns the mean of the values divided by 255; 0 without pixels. */
    public double mean() {
      return pixels == 0 ? 0 : (double) sum / pixels / 255;
    }

    /**
     * Returns the standard deviation of the whole population, of values divided by 255; 0 without
     * pixels. The variance (n sum x^2 - (sum x)^2) / n^2 is exact.
     */
    public double standardDeviation() {
      if (pixels == 0) {
        return 0;
      }
      BigInteger n = BigInteger.valueOf(pixels);
      BigInteger scaled =
          n.multiply(BigInteger.valueOf(squares)).subtract(BigInteger.valueOf(sum).pow(2));
      BigDecimal variance =
          new BigDecimal(scaled).divide(new BigDecimal(n.pow(2)), MathContext.DECIMAL64);
      return Math.sqrt(variance.doubleValue()) / 255;
    }
  }

  public static ImageTally empty() {
    return new ImageTally(
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>());
  }

  public void add(ImageRecord image, Pixels pixels) {
    splits.merge(image.split(), 1L, Long::sum);
    addExample(splitExamples, image.split(), image.id());
    if (image.label() != null) {
      labels.merge(image.label(), 1L, Long::sum);
      splitLabels
          .computeIfAbsent(image.split(), split -> new TreeMap<>())
          .merge(image.label(), 1L, Long::sum);
      addExample(labelExamples, image.label(), image.id());
    }
    channels.merge(pixels.channels(), 1L, Long::sum);
    widths.merge(pixels.width(), 1L, Long::sum);
    heights.merge(pixels.height(), 1L, Long::sum);
    int shortSide = Math.min(pixels.width(), pixels.height());
    shortSides.merge(Integer.highestOneBit(shortSide), 1L, Long::sum);
    encodings.merge(image.encoding(), 1L, Long::sum);
    for (int channel = 0; channel < pixels.channels(); channel++) {
      Plane plane = new Plane(image.split(), pixels.channels(), channel);
      planes.merge(plane, sums(pixels, channel), Sums::plus);
    }
  }

  /** Keeps the first ids of the first names, whatever the order in which they come. */
  private static void addExample(NavigableMap<String, String> examples, String name, String id) {
    examples.merge(name, id, (a, b) -> a.compareTo(b) < 0 ? a : b);
    if (examples.size() > Labelling.EXAMPLES) {
      examples.pollLastEntry();
    }
  }

  private static Sums sums(Pixels pixels, int channel) {
    byte[] values = pixels.values();
    int channels = pixels.channels();
    int count = pixels.width() * pixels.height();
    long sum = 0;
    long squares = 0;
    for (int block = 0; block < count; block += BLOCK) {
      int end = Math.min(count, block + BLOCK);
      int blockSum = 0;
      int blockSquares = 0;
      for (int i = block; i < end; i++) {
        int value = values[i * channels + channel] & 0xFF;
        blockSum += value;
        blockSquares += value * value;
      }
      sum += blockSum;
      squares += blockSquares;
    }
    return new Sums(count, sum, squares);
  }

  /** Adds a content that so many images have. */
  public void addContent(long images) {
    multiplicities.merge(images, 1L, Long::sum);
  }

  public void reject(Rejection rejection) {
    rejected.merge(rejection.reason(), 1L, Long::sum);
  }

  /** Adds a file that was not read. */
  public void addUnread(Unread reason, String name) {
    unread.merge(reason.reason(), NamedCount.of(name), NamedCount::plus);
  }

  ImageTally merge(ImageTally other) {
    merge(splits, other.splits, Long::sum);
    merge(labels, other.labels, Long::sum);
    merge(channels, other.channels, Long::sum);
    merge(widths, other.widths, Long::sum);
    merge(heights, other.heights, Long::sum);
    merge(shortSides, other.shortSides, Long::sum);
    merge(encodings, other.encodings, Long::sum);
    merge(multiplicities, other.multiplicities, Long::sum);
    merge(rejected, other.rejected, Long::sum);
    merge(planes, other.planes, Sums::plus);
    merge(unread, other.unread, NamedCount::plus);
    other.splitLabels.forEach(
        (split, counts) ->
            merge(splitLabels.computeIfAbsent(split, s -> new TreeMap<>()), counts, Long::sum));
    other.labelExamples.forEach((label, id) -> addExample(labelExamples, label, id));
    other.splitExamples.forEach((split, id) -> addExample(splitExamples, split, id));
    return this;
  }

  private static <K, V> void merge(Map<K, V> into, Map<K, V> from, BinaryOperator<V> plus) {
    from.forEach((key, value) -> into.merge(key, value, plus));
  }

  public long images() {
    return splits.values().stream().mapToLong(n -> n).sum();
  }

  public ImageStatistics statistics() {
    int depth = channels.isEmpty() ? 0 : channels.lastKey();
    String over = splits.containsKey(ImageStatistics.TRAIN) ? ImageStatistics.TRAIN : "";
    List<Double> mean = new ArrayList<>();
    List<Double> std = new ArrayList<>();
    for (int channel = 0; channel < depth; channel++) {
      Sums sums = Sums.ZERO;
      for (Map.Entry<Plane, Sums> entry : planes.entrySet()) {
        Plane plane = entry.getKey();
        // A grey image among RGB ones counts as RGB with three equal channels.
        boolean counts = plane.channel == channel || plane.channels == 1;
        if (counts && (over.isEmpty() || plane.split.equals(over))) {
          sums = sums.plus(entry.getValue());
        }
      }
      mean.add(sums.mean());
      std.add(sums.standardDeviation());
    }
    long images = images();
    long distinct = multiplicities.values().stream().mapToLong(n -> n).sum();
    return new ImageStatistics(
        images,
        depth,
        over.isEmpty() ? ImageRecord.NO_SPLIT : over,
        List.copyOf(mean),
        List.copyOf(std),
        splits,
        labels,
        channels,
        widths.isEmpty() ? 0 : widths.firstKey(),
        widths.isEmpty() ? 0 : widths.lastKey(),
        heights.isEmpty() ? 0 : heights.firstKey(),
        heights.isEmpty() ? 0 : heights.lastKey(),
        shortSides,
        encodings,
        distinct,
        images - distinct,
        rejected,
        unread,
        new Labelling("", "", List.of(), new TreeMap<>(splitLabels), labelExamples, splitExamples));
  }

  /** Reads the tally beside the images of a growing store. */
  public static ImageTally read(String directory) {
    String file = StoreFiles.resolve(directory, FILE);
    try {
      return JSON.readValue(StoreFiles.read(file), ImageTally.class);
    } catch (IOException e) {
      throw new UserError(
          "cannot read " + file + ": " + e.getMessage() + "; ingest again into another store", e);
    }
  }

  /**
   * Returns the part that an increment adds to: all but the counts of copies, and of rejected and
   * unread files, which every increment makes anew. A new image may be a copy of an old one.
   */
  public ImageTally toBeAddedTo() {
    return new ImageTally(
        splits,
        labels,
        channels,
        widths,
        heights,
        shortSides,
        encodings,
        new TreeMap<>(),
        new TreeMap<>(),
        planes,
        new TreeMap<>(),
        splitLabels,
        labelExamples,
        splitExamples);
  }

  /** Merge of tallies. */
  public static final class Merge extends Combine.CombineFn<ImageTally, ImageTally, ImageTally> {
    private static final long serialVersionUID = 1L;

    @Override
    public ImageTally createAccumulator() {
      return empty();
    }

    @Override
    public ImageTally addInput(ImageTally accumulator, ImageTally input) {
      return accumulator.merge(input);
    }

    @Override
    public ImageTally mergeAccumulators(Iterable<ImageTally> accumulators) {
      ImageTally merged = empty();
      accumulators.forEach(merged::merge);
      return merged;
    }

    @Override
    public ImageTally extractOutput(ImageTally accumulator) {
      return accumulator;
    }
  }
}
