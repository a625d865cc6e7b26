package org.vocabeam.pipelines.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Numbers of the images of a store, counted in one pass over its small columns. Memory grows with
 * the number of labels, not with that of images.
 *
 * @param images number of images
 * @param shortSides images by shorter side, in pixels
 * @param shapes images by {@link #SHAPES}
 * @param channels images by channels
 * @param encodings images by encoding
 * @param splits images by split
 * @param labels label to split to images; images without a label are under {@link #NO_LABEL}
 */
record ImageCounts(
    long images,
    SortedMap<Integer, Long> shortSides,
    long[] shapes,
    SortedMap<String, Long> channels,
    SortedMap<String, Long> encodings,
    SortedMap<String, Long> splits,
    SortedMap<String, SortedMap<String, Long>> labels) {
  /** Key of images without a label. */
  static final String NO_LABEL = "";

  /** Ratios of width to height, from high to wide, that end before {@link #RATIOS}. */
  static final List<String> SHAPES =
      List.of(
          "above 2:1 high",
          "to 2:1 high",
          "to 3:2 high",
          "nearly square",
          "to 3:2 wide",
          "to 2:1 wide",
          "above 2:1 wide");

  private static final double[] RATIOS = {1 / 2.0, 2 / 3.0, 0.9, 1 / 0.9, 1.5, 2};

  /** The columns that are read. */
  private record Row(
      @Nullable String label, String split, int width, int height, int channels, String encoding) {}

  static ImageCounts of(List<RowGroup> groups) {
    RecordType<Row> type = RecordType.projection(Row.class, "images");
    SortedMap<Integer, Long> shortSides = new TreeMap<>();
    long[] shapes = new long[SHAPES.size()];
    SortedMap<String, Long> channels = new TreeMap<>();
    SortedMap<String, Long> encodings = new TreeMap<>();
    SortedMap<String, Long> splits = new TreeMap<>();
    SortedMap<String, SortedMap<String, Long>> labels = new TreeMap<>();
    long images = 0;
    for (RowGroup group : groups) {
      try (RowReader<Row> rows = RowReader.of(type, group)) {
        while (rows.hasNext()) {
          Row row = rows.next();
          images++;
          shortSides.merge(Math.min(row.width(), row.height()), 1L, Long::sum);
          shapes[shape((double) row.width() / row.height())]++;
          channels.merge(row.channels() == 1 ? "grey" : "RGB", 1L, Long::sum);
          encodings.merge(row.encoding(), 1L, Long::sum);
          splits.merge(row.split(), 1L, Long::sum);
          labels
              .computeIfAbsent(row.label() == null ? NO_LABEL : row.label(), l -> new TreeMap<>())
              .merge(row.split(), 1L, Long::sum);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new ImageCounts(images, shortSides, shapes, channels, encodings, splits, labels);
  }

  private static int shape(double ratio) {
    int shape = 0;
    while (shape < RATIOS.length && ratio >= RATIOS[shape]) {
      shape++;
    }
    // The square's limits are inclusive on both sides.
    return ratio == RATIOS[3] ? 3 : shape;
  }

  /** Returns the number of images of a label in all splits. */
  long of(String label) {
    return labels.get(label).values().stream().mapToLong(Long::longValue).sum();
  }
}
