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
import org.vocabeam.models.evaluate.EmbeddingDeviation;
import org.vocabeam.models.evaluate.LabelledFeatures;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.PixelFeatures;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * The labelled rows of features, for evaluations: of an embeddings store, or the pixels of an
 * images store, which would only be larger as embeddings.
 *
 * @param name of the features, for the metrics
 * @param groups of the store
 * @param pixelChannels to which the images of an images store are brought; 0 for an embeddings
 *     store
 * @param classes all labels, sorted; a label's number is its place
 * @param trainSplit whose labels are learned from
 * @param testSplit whose labels are predicted
 */
public record LabelledEmbeddings(
    String name,
    List<RowGroup> groups,
    int pixelChannels,
    List<String> classes,
    String trainSplit,
    String testSplit)
    implements Serializable {
  /** The name of {@link #deviation}. */
  public static final String DEVIATION = "embedding-std";

  public LabelledEmbeddings {
    groups = List.copyOf(groups);
    classes = List.copyOf(classes);
    if (classes.size() < 2) {
      throw new UserError(
          "the images have "
              + classes.size()
              + " different labels; an evaluation needs at least 2: ingest a folder of the form"
              + " split/label/file");
    }
  }

  /**
   * Rows of a split.
   *
   * @param ids in the same order as the features
   */
  record Rows(List<String> ids, LabelledFeatures features) {}

  /** All labelled rows of a split among {@code groups}, in the store's order. */
  Rows load(List<RowGroup> of, String split) {
    return load(of, List.of(split)).get(0);
  }

  /** The same for several splits, in their order, read once: that is what costs. */
  List<Rows> load(List<RowGroup> of, List<String> splits) {
    List<List<EmbeddingRecord>> rows = new ArrayList<>();
    splits.forEach(split -> rows.add(new ArrayList<>()));
    for (RowGroup group : of) {
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
    int width = records.isEmpty() ? 1 : records.get(0).features().length;
    float[] values = new float[Math.multiplyExact(records.size(), width)];
    int[] labels = new int[records.size()];
    for (int i = 0; i < labels.length; i++) {
      System.arraycopy(records.get(i).features(), 0, values, i * width, width);
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

  /** The training rows, one row group in memory at a time. */
  Iterator<LabelledFeatures> streamTrain() {
    return stream(trainSplit);
  }

  private Iterator<LabelledFeatures> stream(String split) {
    Iterator<RowGroup> left = groups.iterator();
    return new AbstractIterator<>() {
      @Override
      protected LabelledFeatures computeNext() {
        while (left.hasNext()) {
          LabelledFeatures rows = load(List.of(left.next()), split).features();
          if (rows.rows() > 0) {
            return rows;
          }
        }
        return endOfData();
      }
    };
  }

  /**
   * How far the test rows are from being one: {@link EmbeddingDeviation}, as the metric {@value
   * #DEVIATION}. Computed where it is called, one row group in memory at a time.
   */
  public MetricRecord deviation() {
    Iterator<LabelledFeatures> rows = stream(testSplit);
    if (!rows.hasNext()) {
      throw noRows(testSplit);
    }
    LabelledFeatures first = rows.next();
    EmbeddingDeviation deviation = new EmbeddingDeviation(first.width());
    deviation.add(first);
    rows.forEachRemaining(deviation::add);
    return new MetricRecord(name, DEVIATION, 1, deviation.value(), 0);
  }

  static UserError noRows(String split) {
    return new UserError(
        "there is no labelled image in split '" + split + "'; see --trainSplit and --testSplit");
  }
}
