package org.vocabeam.transforms.evaluation;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
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
import org.vocabeam.models.evaluate.Unmeasurable;

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
  private final List<Integer> shots;
  private final long seed;

  private EvaluateFewShot(LabelledEmbeddings embeddings, List<Integer> shots, long seed) {
    this.embeddings = embeddings;
    this.shots = shots;
    this.seed = seed;
  }

  /** Returns the names of the metrics. */
  public static List<String> metrics() {
    return SHOTS.stream().map(EvaluateFewShot::metric).toList();
  }

  /** Returns the metrics that labels do not allow, each with the reason. */
  public static SortedMap<String, String> lacks(LabelSurvey labels) {
    SortedMap<String, String> reasons = new TreeMap<>();
    for (int shots : SHOTS) {
      labels
          .untested()
          .or(() -> FewShot.fiveWay(shots).lacks(labels.test().images().values()))
          .ifPresent(reason -> reasons.put(metric(shots), reason));
    }
    return reasons;
  }

  /** Returns the numbers of shots that labels allow. */
  public static List<Integer> shots(LabelSurvey labels) {
    return SHOTS.stream().filter(shots -> !lacks(labels).containsKey(metric(shots))).toList();
  }

  private static String metric(int shots) {
    return "few-shot-5way-" + shots + "shot";
  }

  /**
   * Returns the transform.
   *
   * @param embeddings if they have too few classes or rows, the metrics are left out
   * @param seed of the draw of episodes
   */
  public static EvaluateFewShot of(LabelledEmbeddings embeddings, long seed) {
    return of(embeddings, SHOTS, seed);
  }

  /** Returns the transform for some numbers of shots. */
  public static EvaluateFewShot of(LabelledEmbeddings embeddings, List<Integer> shots, long seed) {
    return new EvaluateFewShot(embeddings, List.copyOf(shots), seed);
  }

  @Override
  public PCollection<MetricRecord> expand(PBegin begin) {
    return begin
        .apply("Shots", Create.of(List.of(shots)).withCoder(ListCoder.of(VarIntCoder.of())))
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
      LabelledFeatures test;
      try {
        test = embeddings.load(embeddings.groups(), embeddings.testSplit()).features();
      } catch (Unmeasurable e) {
        shots.forEach(shot -> out.output(leftOut(shot, e)));
        return;
      }
      for (int shot : shots) {
        out.output(evaluate(shot, test));
      }
    }

    private MetricRecord evaluate(int shot, LabelledFeatures test) {
      try {
        FewShot.Result result = FewShot.fiveWay(shot).evaluate(test, seed);
        return new MetricRecord(
            embeddings.name(), metric(shot), 1, result.accuracy(), result.interval());
      } catch (Unmeasurable e) {
        return leftOut(shot, e);
      }
    }

    private MetricRecord leftOut(int shot, Unmeasurable reason) {
      return MetricRecord.leftOut(embeddings.name(), metric(shot), 1, reason.getMessage());
    }
  }
}
