package org.vocabeam.transforms.evaluation;

import com.google.common.collect.AbstractIterator;
import com.google.common.primitives.Floats;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.evaluate.EmbeddingStd;
import org.vocabeam.models.evaluate.LabelledFeatures;
import org.vocabeam.models.evaluate.RankMe;
import org.vocabeam.models.evaluate.Signal;
import org.vocabeam.models.evaluate.Unmeasurable;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.PixelFeatures;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Labelled rows of features for an evaluation: of an embeddings store, or the pixels of an images
 * store, which would only be larger as embeddings.
 *
 * @param name of the features in the metrics
 * @param groups of the store
 * @param pixelChannels channels of the pixels, 1 or 3; 0 for an embeddings store
 * @param classes all labels, sorted; a label's number is its place
 * @param trainSplit split to learn from
 * @param testSplit split whose labels are predicted
 */
public record LabelledEmbeddings(
    String name,
    List<RowGroup> groups,
    int pixelChannels,
    List<String> classes,
    String trainSplit,
    String testSplit)
    implements Serializable {
  /** Name of the metric {@link #deviation}. */
  public static final String DEVIATION = "embedding-std";

  /** Largest number of rows whose rank is computed. */
  private static final int RANKED = 2048;

  private static final String RANK_DRAW = "rank";

  public LabelledEmbeddings {
    groups = List.copyOf(groups);
    classes = List.copyOf(classes);
  }

  /**
   * Rows of a split.
   *
   * @param ids in the order of the features
   */
  record Rows(List<String> ids, LabelledFeatures features) {}

  /** Reads the labelled rows of a split in some row groups, in the store's order. */
  Rows load(List<RowGroup> some, String split) {
    return load(some, List.of(split)).get(0);
  }

  /**
   * Reads the rows of several splits, in their order, in one pass, because reading is what costs.
   *
   * @throws Unmeasurable when rows have different numbers of features
   */
  List<Rows> load(List<RowGroup> some, List<String> splits) {
    List<List<EmbeddingRecord>> rows = new ArrayList<>();
    splits.forEach(split -> rows.add(new ArrayList<>()));
    for (RowGroup group : some) {
      forEach(
          group,
          row -> {
            for (int i = 0; i < splits.size(); i++) {
              if (row.split().equals(splits.get(i)) && row.label() != null) {
                rows.get(i).add(row);
              }
            }
          });
    }
    int width = width(rows);
    return rows.stream().map(records -> rows(records, width)).toList();
  }

  /** Returns the number of features of all rows, 1 without rows. */
  private static int width(List<List<EmbeddingRecord>> rows) {
    int width = 0;
    for (List<EmbeddingRecord> records : rows) {
      for (EmbeddingRecord row : records) {
        if (width != 0 && row.embedding().length != width) {
          throw Unmeasurable.widths(row.embedding().length, width);
        }
        width = row.embedding().length;
      }
    }
    return Math.max(1, width);
  }

  private Rows rows(List<EmbeddingRecord> records, int width) {
    float[] values = new float[Math.multiplyExact(records.size(), width)];
    int[] labels = new int[records.size()];
    for (int i = 0; i < labels.length; i++) {
      System.arraycopy(records.get(i).embedding(), 0, values, i * width, width);
      labels[i] = Collections.binarySearch(classes, records.get(i).label());
    }
    return new Rows(
        records.stream().map(EmbeddingRecord::id).toList(),
        new LabelledFeatures(width, values, labels));
  }

  private void forEach(RowGroup group, Consumer<EmbeddingRecord> action) {
    try {
      if (pixelChannels == 0) {
        try (RowReader<EmbeddingRecord> rows = RowReader.of(EmbeddingRecord.TYPE, group)) {
          rows.forEachRemaining(action);
        }
        return;
      }
      try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, group)) {
        rows.forEachRemaining(image -> action.accept(PixelFeatures.of(image, pixelChannels)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Streams the training rows, with one row group in memory at a time. */
  Iterator<LabelledFeatures> streamTrain() {
    return stream(trainSplit);
  }

  private Iterator<LabelledFeatures> stream(String split) {
    Iterator<RowGroup> unread = groups.iterator();
    return new AbstractIterator<>() {
      @Override
      protected LabelledFeatures computeNext() {
        while (unread.hasNext()) {
          LabelledFeatures rows = load(List.of(unread.next()), split).features();
          if (rows.rows() > 0) {
            return rows;
          }
        }
        return endOfData();
      }
    };
  }

  /**
   * Computes the {@link EmbeddingStd} of the test rows, 0 when all are equal, as the metric {@value
   * #DEVIATION}. It runs in the calling process, with one row group in memory at a time.
   */
  public MetricRecord deviation() {
    try {
      return new MetricRecord(name, DEVIATION, 1, deviationOfTest(), 0);
    } catch (Unmeasurable e) {
      return MetricRecord.leftOut(name, DEVIATION, 1, e.getMessage());
    }
  }

  private double deviationOfTest() {
    Iterator<LabelledFeatures> rows = stream(testSplit);
    EmbeddingStd deviation = null;
    while (rows.hasNext()) {
      LabelledFeatures next = rows.next();
      deviation = deviation == null ? new EmbeddingStd(next.width()) : deviation;
      deviation.add(next);
    }
    if (deviation == null) {
      throw noRows(testSplit);
    }
    return deviation.value();
  }

  /**
   * Computes the {@link RankMe} of the test rows as the metric {@link Signal#RANKME}; of more than
   * {@value #RANKED} rows of as many that a hash of their ids draws. It runs in the calling
   * process.
   */
  public MetricRecord rank() {
    NavigableMap<Long, float[]> drawn = new TreeMap<>();
    for (RowGroup group : groups) {
      forEach(
          group,
          row -> {
            if (row.split().equals(testSplit)) {
              drawn.put(Seeds.of(0, RANK_DRAW, row.id()), row.embedding());
              if (drawn.size() > RANKED) {
                drawn.pollLastEntry();
              }
            }
          });
    }
    try {
      if (drawn.isEmpty()) {
        throw noRows(testSplit);
      }
      int width = drawn.firstEntry().getValue().length;
      return new MetricRecord(
          name,
          Signal.RANKME,
          1,
          RankMe.of(Floats.concat(drawn.values().toArray(float[][]::new)), width),
          0);
    } catch (Unmeasurable e) {
      return MetricRecord.leftOut(name, Signal.RANKME, 1, e.getMessage());
    }
  }

  static Unmeasurable noRows(String split) {
    return new Unmeasurable("there is no labelled image in split '" + split + "'");
  }
}
