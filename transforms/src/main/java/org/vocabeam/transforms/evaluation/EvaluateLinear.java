package org.vocabeam.transforms.evaluation;

import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.models.evaluate.LabelledFeatures;
import org.vocabeam.models.evaluate.LinearProbe;
import org.vocabeam.models.evaluate.ProbeRecipe;
import org.vocabeam.models.evaluate.Unmeasurable;

/**
 * Accuracy of a linear classifier on frozen features, for shares of the training labels
 * (docs/methods.md, section 9). One worker trains all probes, and holds the features of both splits
 * in memory.
 *
 * <pre>{@code
 * pipeline
 *     .apply(EvaluateLinear.of(embeddings, List.of(1.0, 0.1, 0.01), seed))
 *     .apply(WriteStore.to(MetricRecord.TYPE, output));
 * }</pre>
 */
public final class EvaluateLinear extends PTransform<PBegin, PCollection<MetricRecord>> {
  private static final long serialVersionUID = 1L;

  /** Name of the metric. */
  public static final String METRIC = "linear";

  private final LabelledEmbeddings embeddings;
  private final List<Double> shares;
  private final long seed;

  private EvaluateLinear(LabelledEmbeddings embeddings, List<Double> shares, long seed) {
    this.embeddings = embeddings;
    this.shares = shares;
    this.seed = seed;
  }

  /** Returns the reason why labels do not allow the metric, or nothing. */
  public static Optional<String> lacks(LabelSurvey labels) {
    return labels.unlearnable(); // a share has an image of every class
  }

  /**
   * Returns the transform.
   *
   * @param shares of the training labels, each in (0, 1]
   * @param seed of the choice of labels and of the order of a probe's rows
   */
  public static EvaluateLinear of(LabelledEmbeddings embeddings, List<Double> shares, long seed) {
    return new EvaluateLinear(embeddings, List.copyOf(shares), seed);
  }

  @Override
  public PCollection<MetricRecord> expand(PBegin begin) {
    return begin
        .apply("Shares", Create.of(List.of(shares)).withCoder(ListCoder.of(DoubleCoder.of())))
        .apply("Probe", ParDo.of(new Probe(embeddings, seed)))
        .setCoder(MetricRecord.TYPE.coder());
  }

  private static final class Probe extends DoFn<List<Double>, MetricRecord> {
    private static final long serialVersionUID = 1L;

    private final LabelledEmbeddings embeddings;
    private final long seed;

    Probe(LabelledEmbeddings embeddings, long seed) {
      this.embeddings = embeddings;
      this.seed = seed;
    }

    @ProcessElement
    public void probe(@Element List<Double> shares, OutputReceiver<MetricRecord> out) {
      if (shares.isEmpty()) {
        return;
      }
      List<LabelledEmbeddings.Rows> splits;
      try {
        splits =
            embeddings.load(
                embeddings.groups(), List.of(embeddings.trainSplit(), embeddings.testSplit()));
      } catch (Unmeasurable e) {
        shares.forEach(share -> out.output(leftOut(share, e)));
        return;
      }
      for (double share : shares) {
        out.output(probe(share, splits.get(0), splits.get(1).features()));
      }
    }

    private MetricRecord probe(double share, LabelledEmbeddings.Rows rows, LabelledFeatures test) {
      int[] chosen = new LabelShare(share, seed).rows(rows.ids(), rows.features().labels());
      LabelledFeatures train = rows.features().select(chosen);
      try (LinearProbe probe =
          ProbeRecipe.standard().fit(train, embeddings.classes().size(), seed)) {
        return new MetricRecord(embeddings.name(), METRIC, share, probe.accuracy(test), 0);
      } catch (Unmeasurable e) {
        return leftOut(share, e);
      }
    }

    private MetricRecord leftOut(double share, Unmeasurable reason) {
      return MetricRecord.leftOut(embeddings.name(), METRIC, share, reason.getMessage());
    }
  }
}
