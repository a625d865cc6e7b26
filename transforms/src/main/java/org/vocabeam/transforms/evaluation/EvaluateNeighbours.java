package org.vocabeam.transforms.evaluation;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.vocabeam.models.evaluate.LabelledFeatures;
import org.vocabeam.models.evaluate.NearestNeighbours;
import org.vocabeam.models.evaluate.Neighbours;
import org.vocabeam.transforms.parquet.RowGroup;

/**
 * Accuracy of weighted nearest neighbours (METHODS section 9): k 20 with temperature 0.07 and k 200
 * with 0.1. Blocks of test rows are classified in parallel, each against the stream of all training
 * rows.
 */
public final class EvaluateNeighbours extends PTransform<PBegin, PCollection<MetricRecord>> {
  private static final long serialVersionUID = 1L;

  /** Rows of the row groups whose test rows are classified together. */
  private static final long BLOCK_ROWS = 40_000;

  private static final int FEW = 20;
  private static final int MANY = 200;

  private final LabelledEmbeddings embeddings;

  private EvaluateNeighbours(LabelledEmbeddings embeddings) {
    this.embeddings = embeddings;
  }

  /** The names of what is measured. */
  public static List<String> metrics() {
    return List.of(metric(FEW), metric(MANY));
  }

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
        .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()))
        .apply("Count", Combine.perKey(Sum.ofLongs()))
        .apply("ToOne", WithKeys.of(embeddings.name()))
        .setCoder(
            KvCoder.of(StringUtf8Coder.of(), KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of())))
        .apply(GroupByKey.create())
        .apply("Accuracies", ParDo.of(new Accuracies()))
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

  private static final class Classify extends DoFn<List<RowGroup>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    private final LabelledEmbeddings embeddings;

    Classify(LabelledEmbeddings embeddings) {
      this.embeddings = embeddings;
    }

    @ProcessElement
    public void classify(@Element List<RowGroup> block, OutputReceiver<KV<String, Long>> out) {
      LabelledFeatures queries = embeddings.load(block, embeddings.testSplit()).features();
      if (queries.rows() == 0) {
        return;
      }
      int[] labels = queries.labels();
      try (NearestNeighbours search =
          new NearestNeighbours(queries.width(), MANY, embeddings.classes().size())) {
        Neighbours nearest = search.search(queries.values(), embeddings.streamTrain());
        int[] few = search.vote(nearest.nearest(FEW), 0.07).predicted();
        int[] many = search.vote(nearest, 0.1).predicted();
        long rightFew = 0;
        long rightMany = 0;
        for (int i = 0; i < labels.length; i++) {
          rightFew += few[i] == labels[i] ? 1 : 0;
          rightMany += many[i] == labels[i] ? 1 : 0;
        }
        out.output(KV.of(metric(FEW), rightFew));
        out.output(KV.of(metric(MANY), rightMany));
        out.output(KV.of(Accuracies.ROWS, (long) labels.length));
      }
    }
  }

  private static final class Accuracies
      extends DoFn<KV<String, Iterable<KV<String, Long>>>, MetricRecord> {
    private static final long serialVersionUID = 1L;

    static final String ROWS = "rows";

    @ProcessElement
    public void output(
        @Element KV<String, Iterable<KV<String, Long>>> counts, OutputReceiver<MetricRecord> out) {
      List<KV<String, Long>> all = new ArrayList<>();
      counts.getValue().forEach(all::add);
      double rows = all.stream().filter(c -> c.getKey().equals(ROWS)).mapToLong(KV::getValue).sum();
      for (KV<String, Long> count : all) {
        if (!count.getKey().equals(ROWS)) {
          out.output(
              new MetricRecord(counts.getKey(), count.getKey(), 1, count.getValue() / rows, 0));
        }
      }
    }
  }
}
