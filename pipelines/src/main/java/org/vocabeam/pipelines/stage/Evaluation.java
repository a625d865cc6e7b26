package org.vocabeam.pipelines.stage;

import com.google.common.base.Splitter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.values.PCollectionList;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.evaluation.EvaluateFewShot;
import org.vocabeam.transforms.evaluation.EvaluateLinear;
import org.vocabeam.transforms.evaluation.EvaluateNeighbours;
import org.vocabeam.transforms.evaluation.LabelSurvey;
import org.vocabeam.transforms.evaluation.LabelledEmbeddings;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.features.EmbedImages;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

/**
 * Labelled images on which features are measured: images are embedded, and the embeddings are
 * evaluated by nearest neighbours, linear probes and few-shot episodes, as far as labels allow.
 *
 * @param groups row groups of the images
 * @param fingerprint fingerprint of the images
 * @param statistics statistics of the images
 * @param trainSplit split whose labels are learned from
 * @param testSplit split whose labels are predicted
 * @param labelShares shares of the training labels for the linear probe, each in (0, 1]
 * @param seed decides which labels and which episodes are drawn
 */
public record Evaluation(
    List<RowGroup> groups,
    String fingerprint,
    ImageStatistics statistics,
    String trainSplit,
    String testSplit,
    List<Double> labelShares,
    long seed) {
  /** Default of {@code labelShares}, separated by commas. */
  public static final String LABEL_SHARES = "0.01,0.1,1";

  /** Name of the images' own pixels as features. */
  public static final String PIXELS = "pixels";

  public Evaluation {
    for (double share : labelShares) {
      if (!(share > 0 && share <= 1)) {
        throw new UserError("label shares: " + share + ", must be in (0, 1]");
      }
    }
  }

  /**
   * Returns the same evaluation on a part of the images: whole row groups, at equal distances in
   * the store, because the store of another engine may be sorted.
   *
   * @param share share of the row groups, in (0, 1]; at least one is taken
   */
  public Evaluation onShare(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new UserError("image share is " + share + ", must be in (0, 1]");
    }
    int taken = Math.max(1, (int) Math.round(share * groups.size()));
    List<RowGroup> some =
        IntStream.range(0, taken)
            .mapToObj(i -> groups.get((int) ((long) i * groups.size() / taken)))
            .toList();
    return new Evaluation(some, fingerprint, statistics, trainSplit, testSplit, labelShares, seed);
  }

  /** Counts the labels of the images. */
  public LabelSurvey labels() {
    return LabelSurvey.of(groups, trainSplit, testSplit);
  }

  /**
   * Returns the measures that labels do not allow, whatever the features, each with the reason.
   *
   * @param labels {@link #labels}
   */
  public SortedMap<String, String> leftOut(LabelSurvey labels) {
    SortedMap<String, String> reasons = new TreeMap<>();
    leftOut(labels, "")
        .forEach(measure -> reasons.put(measure.name(), String.valueOf(measure.reason())));
    return reasons;
  }

  /** Returns the rows of features of which no measure is taken. */
  public List<MetricRecord> leftOut(String features, String reason) {
    List<MetricRecord> leftOut = new ArrayList<>();
    unshared().forEach(metric -> leftOut.add(MetricRecord.leftOut(features, metric, 1, reason)));
    labelShares.forEach(
        share -> leftOut.add(MetricRecord.leftOut(features, EvaluateLinear.METRIC, share, reason)));
    return leftOut;
  }

  private static List<String> unshared() {
    return Stream.concat(EvaluateNeighbours.metrics().stream(), EvaluateFewShot.metrics().stream())
        .toList();
  }

  private List<MetricRecord> leftOut(LabelSurvey labels, String features) {
    List<MetricRecord> leftOut = new ArrayList<>();
    EvaluateNeighbours.lacks(labels)
        .ifPresent(
            reason ->
                EvaluateNeighbours.metrics()
                    .forEach(
                        metric -> leftOut.add(MetricRecord.leftOut(features, metric, 1, reason))));
    EvaluateLinear.lacks(labels)
        .ifPresent(
            reason ->
                labelShares.forEach(
                    share ->
                        leftOut.add(
                            MetricRecord.leftOut(features, EvaluateLinear.METRIC, share, reason))));
    EvaluateFewShot.lacks(labels)
        .forEach(
            (metric, reason) -> leftOut.add(MetricRecord.leftOut(features, metric, 1, reason)));
    return leftOut;
  }

  /**
   * Checks that labels allow one measure at least.
   *
   * @param labels {@link #labels}
   * @throws UserError with the reasons when they allow none
   */
  public void checkMeasurable(LabelSurvey labels) {
    SortedMap<String, String> reasons = leftOut(labels);
    if (reasons.keySet().containsAll(measures())) {
      throw new UserError(
          "nothing can be measured: "
              + reasons.values().stream().distinct().collect(Collectors.joining("; "))
              + "; see --trainSplit and --testSplit");
    }
  }

  /** Returns the names of all measures. */
  public SortedSet<String> measures() {
    SortedSet<String> names = new TreeSet<>(unshared());
    labelShares.forEach(share -> names.add(MetricRecord.name(EvaluateLinear.METRIC, share)));
    return names;
  }

  /** Returns lines on labels that are missing, for a person, before anything is trained. */
  public List<String> remarks(LabelSurvey labels) {
    List<String> lines = new ArrayList<>();
    labels.remarks().forEach(remark -> lines.add("Labels:      " + remark));
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    leftOut(labels)
        .forEach(
            (measure, reason) ->
                byReason.computeIfAbsent(reason, r -> new ArrayList<>()).add(measure));
    byReason.forEach(
        (reason, measures) ->
            lines.add(String.format("Left out:    %s: %s", String.join(", ", measures), reason)));
    return lines;
  }

  /** Returns the number of images that are embedded. */
  public long images() {
    return groups.stream().mapToLong(RowGroup::rows).sum();
  }

  /**
   * Opens a store of images.
   *
   * @throws UserError when the images do not have the two splits
   */
  public static Evaluation on(
      String images, String trainSplit, String testSplit, List<Double> labelShares, long seed) {
    StoreReader<ImageRecord> store = TrainingImages.openStore(images);
    ImageStatistics statistics = ImageStatistics.read(images);
    checkSplits(images, statistics, "--trainSplit and --testSplit", trainSplit, testSplit);
    return new Evaluation(
        store.rowGroups(),
        store.fingerprint(),
        statistics,
        trainSplit,
        testSplit,
        labelShares,
        seed);
  }

  /**
   * Refuses images that do not have all splits.
   *
   * @param options options that name the splits, for the message
   */
  public static void checkSplits(
      String images, ImageStatistics statistics, String options, String... splits) {
    for (String split : splits) {
      if (statistics.images() == 0) {
        throw TrainingImages.noImage(images);
      }
      if (!statistics.splits().containsKey(split)) {
        throw new UserError(
            String.format(
                "%s has no split '%s', only %s; see %s",
                images, split, names(statistics), options));
      }
    }
  }

  private static String names(ImageStatistics statistics) {
    return statistics.splits().keySet().stream()
        .map(name -> name.equals(ImageRecord.NO_SPLIT) ? "images without a split" : name)
        .collect(Collectors.joining(", "));
  }

  /** Returns {@link #LABEL_SHARES} as numbers. */
  public static List<Double> usualLabelShares() {
    return Splitter.on(',').splitToStream(LABEL_SHARES).map(Double::valueOf).toList();
  }

  /** Returns the metrics store of an evaluation. */
  public static String metrics(String output) {
    return StoreFiles.resolve(output, "metrics");
  }

  /** Returns the directory of the embeddings of an evaluation: a store for each features. */
  public static String embeddings(String output) {
    return StoreFiles.resolve(output, "embeddings");
  }

  private static String embeddings(String output, String features) {
    return StoreFiles.resolve(embeddings(output), features);
  }

  /**
   * Returns the provenance of the stores of an evaluation.
   *
   * @param command name of the command that measures
   * @param evaluated entries that tell which weights are measured
   */
  public Map<String, String> provenance(
      String command, Map<String, String> evaluated, PoolingChoice pooling) {
    Map<String, String> provenance = new LinkedHashMap<>(evaluated);
    provenance.put("command", command);
    provenance.put("images", fingerprint);
    provenance.putAll(pooling.provenance());
    provenance.put("seed", Long.toString(seed));
    provenance.put(Provenance.VERSION, Version.read());
    return provenance;
  }

  /**
   * Embeds and measures; an earlier evaluation in the same place is replaced. A measure that cannot
   * be taken is left out with its reason.
   *
   * @param pixels also measures the images' own pixels
   * @param output directory of {@link #embeddings} and {@link #metrics}
   * @return the rows of the metrics store
   * @throws UserError when no measure can be taken
   */
  public List<MetricRecord> run(
      List<FeatureSource> sources,
      boolean pixels,
      Map<String, String> provenance,
      String output,
      Runner runner) {
    LabelSurvey labels = labels();
    checkMeasurable(labels);
    embed(sources, provenance, output, runner);
    List<LabelledEmbeddings> features = new ArrayList<>();
    sources.forEach(source -> features.add(features(source.name(), output)));
    if (pixels) {
      features.add(features(PIXELS, output));
    }
    WriteStore<MetricRecord> write =
        WriteStore.to(MetricRecord.TYPE, metrics(output)).withProvenance(provenance);
    Stage.writing(write)
        .run(
            runner,
            "evaluate",
            pipeline ->
                measure(features, labels, pipeline)
                    .apply(Flatten.pCollections())
                    .apply("WriteMetrics", write));
    return MetricsTable.read(metrics(output));
  }

  private void embed(
      List<FeatureSource> sources, Map<String, String> provenance, String output, Runner runner) {
    int shards = EmbedStage.shardsFor(images());
    List<WriteStore<EmbeddingRecord>> stores =
        sources.stream()
            .map(
                source ->
                    WriteStore.to(EmbeddingRecord.TYPE, embeddings(output, source.name()))
                        .withShards(shards)
                        .withProvenance(provenance))
            .toList();
    Stage.writing(stores)
        .run(
            runner,
            "evaluate-embed",
            pipeline -> {
              for (int i = 0; i < stores.size(); i++) {
                FeatureSource source = sources.get(i);
                pipeline
                    .apply("Embed-" + source.name(), EmbedImages.of(groups, source))
                    .apply("Write-" + source.name(), stores.get(i));
              }
            });
  }

  private PCollectionList<MetricRecord> measure(
      List<LabelledEmbeddings> features, LabelSurvey labels, Pipeline pipeline) {
    PCollectionList<MetricRecord> metrics = PCollectionList.empty(pipeline);
    List<MetricRecord> leftOut = new ArrayList<>();
    for (LabelledEmbeddings embeddings : features) {
      String name = "-" + embeddings.name();
      leftOut.addAll(leftOut(labels, embeddings.name()));
      if (EvaluateNeighbours.lacks(labels).isEmpty()) {
        metrics =
            metrics.and(pipeline.apply("Neighbours" + name, EvaluateNeighbours.of(embeddings)));
      }
      if (EvaluateLinear.lacks(labels).isEmpty()) {
        metrics =
            metrics.and(
                pipeline.apply("Linear" + name, EvaluateLinear.of(embeddings, labelShares, seed)));
      }
      List<Integer> shots = EvaluateFewShot.shots(labels);
      if (!shots.isEmpty()) {
        metrics =
            metrics.and(
                pipeline.apply("FewShot" + name, EvaluateFewShot.of(embeddings, shots, seed)));
      }
    }
    return metrics.and(
        pipeline.apply("LeftOut", Create.of(leftOut).withCoder(MetricRecord.TYPE.coder())));
  }

  /**
   * Returns the labelled features of an evaluation that has run.
   *
   * @param name name of a source, or {@link #PIXELS}
   */
  public LabelledEmbeddings features(String name, String output) {
    boolean pixels = name.equals(PIXELS);
    return new LabelledEmbeddings(
        name,
        pixels
            ? groups
            : StoreReader.open(EmbeddingRecord.TYPE, embeddings(output, name)).rowGroups(),
        pixels ? statistics.channels() : 0,
        statistics.classes(),
        trainSplit,
        testSplit);
  }
}
