package org.vocabeam.transforms.evaluation;

import com.google.common.collect.AbstractIterator;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.vocabeam.models.UserError;
import org.vocabeam.models.evaluate.EmbeddingStd;
import org.vocabeam.models.evaluate.LabelledFeatures;
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

  public LabelledEmbeddings {
    groups = List.copyOf(groups);
    classes = List.copyOf(classes);
    if (classes.size() < 2) {
      throw new UserError(
          "the images have "
              + classes.size()
              + " different labels, an evaluation needs at least 2; ingest a folder of the form"
              + " split/label/file");
    }
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
    return rows.stream().map(this::rows).toList();
  }

  private Rows rows(List<EmbeddingRecord> records) {
    int width = records.isEmpty() ? 1 : records.get(0).embedding().length;
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
   *
   * @throws UserError when the test split has no labelled row
   */
  public MetricRecord deviation() {
    Iterator<LabelledFeatures> rows = stream(testSplit);
    if (!rows.hasNext()) {
      throw noRows(testSplit);
    }
    LabelledFeatures first = rows.next();
    EmbeddingStd deviation = new EmbeddingStd(first.width());
    deviation.add(first);
    rows.forEachRemaining(deviation::add);
    return new MetricRecord(name, DEVIATION, 1, deviation.value(), 0);
  }

  static UserError noRows(String split) {
    return new UserError(
        "split '"
            + split
            + "' has no labelled image; set trainSplit and testSplit to splits of the images");
  }
}
