package org.vocabeam.transforms.evaluation;

import java.io.IOException;
import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.evaluate.ClassScores;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;

/** The share of the labelled images of a split that a trained classifier names correctly. */
public final class EvaluateClassifier extends PTransform<PBegin, PCollection<MetricRecord>> {
  private static final long serialVersionUID = 1L;

  /** Images that were classified, and how many of them correctly. */
  private record Hits(long images, long right) implements Serializable {}

  private final List<RowGroup> groups;
  private final String split;
  private final FeatureSource logits;
  private final List<String> classes;
  private final MetricRecord of;

  private EvaluateClassifier(
      List<RowGroup> groups,
      String split,
      FeatureSource logits,
      List<String> classes,
      MetricRecord of) {
    this.groups = groups;
    this.split = split;
    this.logits = logits;
    this.classes = classes;
    this.of = of;
  }

  /**
   * @param groups of an images store
   * @param split whose labels are predicted
   * @param logits {@link FeatureSource#logits}
   * @param classes that the logits are of, sorted; an image with another label is named wrongly
   * @param of the record to fill in: what is measured
   */
  public static EvaluateClassifier of(
      List<RowGroup> groups,
      String split,
      FeatureSource logits,
      List<String> classes,
      MetricRecord of) {
    return new EvaluateClassifier(List.copyOf(groups), split, logits, List.copyOf(classes), of);
  }

  @Override
  public PCollection<MetricRecord> expand(PBegin begin) {
    return begin
        .apply("RowGroups", Create.of(groups).withCoder(SerializableCoder.of(RowGroup.class)))
        .apply("Spread", Reshuffle.viaRandomKey())
        .apply("Classify", ParDo.of(new Classify(split, logits, classes)))
        .setCoder(KvCoder.of(VoidCoder.of(), SerializableCoder.of(Hits.class)))
        .apply("Group", GroupByKey.create())
        .apply("AddUp", ParDo.of(new AddUp(split, of)))
        .setCoder(MetricRecord.TYPE.coder());
  }

  static final class Classify extends DoFn<RowGroup, KV<Void, Hits>> {
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
    public void classify(@Element RowGroup group, OutputReceiver<KV<Void, Hits>> out)
        throws IOException {
      if (extractor == null) {
        extractor = logits.open();
      }
      extractor.extract(group, split, (images, scores) -> count(images, scores, out));
    }

    private void count(
        List<ImageRecord> images, float[] scores, OutputReceiver<KV<Void, Hits>> out) {
      int[] predicted = new ClassScores(classes.size(), scores).predicted();
      long labelled = 0;
      long right = 0;
      for (int i = 0; i < predicted.length; i++) {
        String label = images.get(i).label();
        if (label != null) {
          labelled++;
          right += Collections.binarySearch(classes, label) == predicted[i] ? 1 : 0;
        }
      }
      out.output(KV.of(null, new Hits(labelled, right)));
    }

    @Teardown
    public void close() {
      if (extractor != null) {
        extractor.close();
        extractor = null;
      }
    }
  }

  private static final class AddUp extends DoFn<KV<Void, Iterable<Hits>>, MetricRecord> {
    private static final long serialVersionUID = 1L;

    private final String split;
    private final MetricRecord of;

    AddUp(String split, MetricRecord of) {
      this.split = split;
      this.of = of;
    }

    @ProcessElement
    public void add(@Element KV<Void, Iterable<Hits>> all, OutputReceiver<MetricRecord> out) {
      long images = 0;
      long right = 0;
      for (Hits hits : all.getValue()) {
        images += hits.images();
        right += hits.right();
      }
      if (images == 0) {
        throw LabelledEmbeddings.noRows(split);
      }
      out.output(of.withValue((double) right / images));
    }
  }
}
