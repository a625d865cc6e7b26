package org.vocabeam.transforms.evaluation;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.evaluate.ClassScores;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;

/**
 * Accuracy of a trained classifier: the share of the labelled images of a split that it names
 * correctly.
 *
 * <pre>{@code
 * pipeline
 *     .apply(
 *         EvaluateClassifier.of(
 *             images.rowGroups(),
 *             "test",
 *             FeatureSource.logits(checkpoint),
 *             List.of("cat", "dog"),
 *             new MetricRecord("finetuned", "accuracy", 1, 0, 0)))
 *     .apply(WriteStore.to(MetricRecord.TYPE, output));
 * }</pre>
 */
public final class EvaluateClassifier extends PTransform<PBegin, PCollection<MetricRecord>> {
  private static final long serialVersionUID = 1L;

  private final List<RowGroup> groups;
  private final String split;
  private final FeatureSource logits;
  private final List<String> classes;
  private final MetricRecord metric;

  private EvaluateClassifier(
      List<RowGroup> groups,
      String split,
      FeatureSource logits,
      List<String> classes,
      MetricRecord metric) {
    this.groups = groups;
    this.split = split;
    this.logits = logits;
    this.classes = classes;
    this.metric = metric;
  }

  /**
   * Returns the transform. It fails when the split has no labelled image.
   *
   * @param groups of an images store
   * @param split whose labels are predicted
   * @param logits {@link FeatureSource#logits}
   * @param classes of the logits, sorted; an image with another label counts as wrong
   * @param metric record of the result, whose value is replaced
   */
  public static EvaluateClassifier of(
      List<RowGroup> groups,
      String split,
      FeatureSource logits,
      List<String> classes,
      MetricRecord metric) {
    return new EvaluateClassifier(List.copyOf(groups), split, logits, List.copyOf(classes), metric);
  }

  @Override
  public PCollection<MetricRecord> expand(PBegin begin) {
    return begin
        .apply("RowGroups", Create.of(groups).withCoder(SerializableCoder.of(RowGroup.class)))
        .apply("Spread", Reshuffle.viaRandomKey())
        .apply("Classify", ParDo.of(new Classify(split, logits, classes)))
        .setCoder(VarIntCoder.of())
        .apply("Accuracy", Mean.globally())
        .apply("ToRecord", ParDo.of(new ToRecord(split, metric)))
        .setCoder(MetricRecord.TYPE.coder());
  }

  /** Outputs 1 for every labelled image that is named correctly, and 0 for every other one. */
  static final class Classify extends DoFn<RowGroup, Integer> {
    private static final long serialVersionUID = 1L;

    private final String split;
    private final FeatureSource logits;
    private final List<String> classes;
    private transient FeatureSource.@Nullable Extractor extractor;

    Classify(String split, FeatureSource logits, List<String> classes) {
      this.split = split;
      this.logits = logits;
      this.classes = classes;
    }

    @ProcessElement
    public void classify(@Element RowGroup group, OutputReceiver<Integer> out) throws IOException {
      if (extractor == null) {
        extractor = logits.open();
      }
      extractor.extract(group, split, (images, scores) -> output(images, scores, out));
    }

    private void output(List<ImageRecord> images, float[] scores, OutputReceiver<Integer> out) {
      int[] predicted = new ClassScores(classes.size(), scores).predicted();
      for (int i = 0; i < predicted.length; i++) {
        String label = images.get(i).label();
        if (label != null) {
          out.output(Collections.binarySearch(classes, label) == predicted[i] ? 1 : 0);
        }
      }
    }

    @Teardown
    public void close() {
      if (extractor != null) {
        extractor.close();
        extractor = null;
      }
    }
  }

  private static final class ToRecord extends DoFn<Double, MetricRecord> {
    private static final long serialVersionUID = 1L;

    private final String split;
    private final MetricRecord metric;

    ToRecord(String split, MetricRecord metric) {
      this.split = split;
      this.metric = metric;
    }

    @ProcessElement
    public void convert(@Element Double accuracy, OutputReceiver<MetricRecord> out) {
      if (accuracy.isNaN()) { // the mean of no image
        throw LabelledEmbeddings.noRows(split);
      }
      out.output(metric.withValue(accuracy));
    }
  }
}
