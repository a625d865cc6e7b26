package org.vocabeam.transforms.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.vocabeam.models.evaluate.LabelledFeatures;
import org.vocabeam.models.evaluate.NearestNeighbours;
import org.vocabeam.models.evaluate.Neighbours;
import org.vocabeam.models.evaluate.Unmeasurable;
import org.vocabeam.transforms.parquet.RowGroup;

/**
 * Accuracy of weighted nearest neighbours (docs/methods.md, section 9): k 20 with temperature 0.07
 * and k 200 with 0.1. Blocks of test rows are classified in parallel, each against the stream of
 * all training rows.
 *
 * <pre>{@code
 * LabelledEmbeddings embeddings =
 *     new LabelledEmbeddings("trained", store.rowGroups(), 0, classes, "train", "test");
 * pipeline
 *     .apply(EvaluateNeighbours.of(embeddings))
 *     .apply(WriteStore.to(MetricRecord.TYPE, output));
 * }</pre>
 */
public final class EvaluateNeighbours extends PTransform<PBegin, PCollection<MetricRecord>> {
  private static final long serialVersionUID = 1L;

  /** Least rows of the row groups whose test rows are classified together. */
  private static final long BLOCK_ROWS = 40_000;

  private static final int FEW = 20;
  private static final int MANY = 200;

  private final LabelledEmbeddings embeddings;

  private EvaluateNeighbours(LabelledEmbeddings embeddings) {
    this.embeddings = embeddings;
  }

  /** Returns the names of the metrics. */
  public static List<String> metrics() {
    return List.of(metric(FEW), metric(MANY));
  }

  /** Returns the reason why labels do not allow the metrics, or nothing. */
  public static Optional<String> lacks(LabelSurvey labels) {
    return labels.unlearnable();
  }

  /**
   * Returns the transform. A split without labelled images gives no record.
   *
   * @param embeddings whose training rows vote for the classes of its test rows
   */
  public static EvaluateNeighbours of(LabelledEmbeddings embeddings) {
    return new EvaluateNeighbours(embeddings);
  }

  @Override
  public PCollection<MetricRecord> expand(PBegin begin) {
    return begin
        .apply(
            "Blocks",
            Create.of(blocks()).withCoder(ListCoder.of(SerializableCoder.of(RowGroup.class))))
        .apply(Reshuffle.viaRandomKey())
        .apply("Classify", ParDo.of(new Classify(embeddings)))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), SerializableCoder.of(Hits.class)))
        .apply("Accuracies", Combine.perKey(new Hits.Sum()))
        .apply("ToRecords", ParDo.of(new ToRecord(embeddings.name())))
        .setCoder(MetricRecord.TYPE.coder());
  }

  private List<List<RowGroup>> blocks() {
    List<List<RowGroup>> blocks = new ArrayList<>();
    long rows = BLOCK_ROWS;
    for (RowGroup group : embeddings.groups()) {
      if (rows >= BLOCK_ROWS) {
        blocks.add(new ArrayList<>());
        rows = 0;
      }
      blocks.get(blocks.size() - 1).add(group);
      rows += group.rows();
    }
    return blocks;
  }

  private static String metric(int k) {
    return "knn" + k;
  }

  /** Outputs the hits among the test rows of a block, by metric. */
  private static final class Classify extends DoFn<List<RowGroup>, KV<String, Hits>> {
    private static final long serialVersionUID = 1L;

    private final LabelledEmbeddings embeddings;

    Classify(LabelledEmbeddings embeddings) {
      this.embeddings = embeddings;
    }

    @ProcessElement
    public void classify(@Element List<RowGroup> block, OutputReceiver<KV<String, Hits>> out) {
      try {
        LabelledFeatures queries = embeddings.load(block, embeddings.testSplit()).features();
        if (queries.rows() > 0) {
          output(queries, out);
        }
      } catch (Unmeasurable e) {
        metrics().forEach(metric -> out.output(KV.of(metric, Hits.none(e.getMessage()))));
      }
    }

    private void output(LabelledFeatures queries, OutputReceiver<KV<String, Hits>> out) {
      try (NearestNeighbours search =
          new NearestNeighbours(
              queries.width(), MANY, embeddings.classes().size(), queries.rows())) {
        Neighbours nearest = search.search(queries.values(), embeddings.streamTrain());
        int[] few = search.predict(nearest.nearest(FEW), 0.07);
        int[] many = search.predict(nearest, 0.1);
        out.output(KV.of(metric(FEW), Hits.of(few, queries.labels())));
        out.output(KV.of(metric(MANY), Hits.of(many, queries.labels())));
      }
    }
  }

  private static final class ToRecord extends DoFn<KV<String, Hits>, MetricRecord> {
    private static final long serialVersionUID = 1L;

    private final String features;

    ToRecord(String features) {
      this.features = features;
    }

    @ProcessElement
    public void convert(@Element KV<String, Hits> hits, OutputReceiver<MetricRecord> out) {
      out.output(hits.getValue().record(features, hits.getKey()));
    }
  }
}
