package org.vocabeam.transforms.evaluation;

import java.util.List;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.vocabeam.models.evaluate.FewShot;
import org.vocabeam.models.evaluate.LabelledFeatures;

/**
 * Accuracy of few-shot episodes on the test split (docs/methods.md, section 9): 5 classes, 1 and 5
 * shots. One worker holds the test features in memory.
 *
 * <pre>{@code
 * pipeline
 *     .apply(EvaluateFewShot.of(embeddings, seed))
 *     .apply(WriteStore.to(MetricRecord.TYPE, output));
 * }</pre>
 */
public final class EvaluateFewShot extends PTransform<PBegin, PCollection<MetricRecord>> {
  private static final long serialVersionUID = 1L;

  private static final List<Integer> SHOTS = List.of(1, 5);

  private final LabelledEmbeddings embeddings;
  private final long seed;

  private EvaluateFewShot(LabelledEmbeddings embeddings, long seed) {
    this.embeddings = embeddings;
    this.seed = seed;
  }

  /** Returns the names of the metrics. */
  public static List<String> metrics() {
    return SHOTS.stream().map(EvaluateFewShot::metric).toList();
  }

  private static String metric(int shots) {
    return "few-shot-5way-" + shots + "shot";
  }

  /**
   * Returns the transform.
   *
   * @param embeddings of at least 5 classes with enough rows
   * @param seed of the draw of episodes
   */
  public static EvaluateFewShot of(LabelledEmbeddings embeddings, long seed) {
    return new EvaluateFewShot(embeddings, seed);
  }

  @Override
  public PCollection<MetricRecord> expand(PBegin begin) {
    return begin
        .apply("Shots", Create.of(List.of(SHOTS)).withCoder(ListCoder.of(VarIntCoder.of())))
        .apply("Episodes", ParDo.of(new Episodes(embeddings, seed)))
        .setCoder(MetricRecord.TYPE.coder());
  }

  private static final class Episodes extends DoFn<List<Integer>, MetricRecord> {
    private static final long serialVersionUID = 1L;

    private final LabelledEmbeddings embeddings;
    private final long seed;

    Episodes(LabelledEmbeddings embeddings, long seed) {
      this.embeddings = embeddings;
      this.seed = seed;
    }

    @ProcessElement
    public void evaluate(@Element List<Integer> shots, OutputReceiver<MetricRecord> out) {
      LabelledFeatures test =
          embeddings.load(embeddings.groups(), embeddings.testSplit()).features();
      for (int shot : shots) {
        FewShot.Result result = FewShot.fiveWay(shot).evaluate(test, seed);
        out.output(
            new MetricRecord(
                embeddings.name(), metric(shot), 1, result.accuracy(), result.interval()));
      }
    }
  }
}
