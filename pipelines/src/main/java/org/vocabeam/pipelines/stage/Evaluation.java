package org.vocabeam.pipelines.stage;

import com.google.common.base.Splitter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.values.PCollectionList;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.evaluation.EvaluateFewShot;
import org.vocabeam.transforms.evaluation.EvaluateLinear;
import org.vocabeam.transforms.evaluation.EvaluateNeighbours;
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
 * evaluated by nearest neighbours, linear probes and, with classes enough, few-shot episodes.
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

  private static final int FEW_SHOT_WAY = 5;

  public Evaluation {
    for (double share : labelShares) {
      if (!(share > 0 && share <= 1)) {
        throw new UserError("label share is " + share + ", must be in (0, 1]");
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
    StoreReader<ImageRecord> store = StoreReader.open(ImageRecord.TYPE, images);
    ImageStatistics statistics = ImageStatistics.read(images);
    checkSplits(images, statistics, trainSplit, testSplit);
    return new Evaluation(
        store.rowGroups(),
        store.fingerprint(),
        statistics,
        trainSplit,
        testSplit,
        labelShares,
        seed);
  }

  /** Refuses images that do not have the two splits. */
  public static void checkSplits(
      String images, ImageStatistics statistics, String trainSplit, String testSplit) {
    for (String split : List.of(trainSplit, testSplit)) {
      if (!statistics.splits().containsKey(split)) {
        throw new UserError(
            String.format(
                "%s has no split '%s', only %s; see --trainSplit and --testSplit",
                images, split, String.join(", ", statistics.splits().keySet())));
      }
    }
  }

  /**
   * Returns the names of the metrics with the default shares of the labels.
   *
   * @param classes number of labels that the images have
   */
  public static SortedSet<String> metrics(int classes) {
    SortedSet<String> names = new TreeSet<>(EvaluateNeighbours.metrics());
    usualLabelShares().forEach(share -> names.add(MetricRecord.name("linear", share)));
    if (classes >= FEW_SHOT_WAY) {
      names.addAll(EvaluateFewShot.metrics());
    }
    return names;
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
   * Embeds and measures; an earlier evaluation in the same place is replaced.
   *
   * @param pixels also measures the images' own pixels
   * @param output directory of {@link #embeddings} and {@link #metrics}
   * @return the rows of the metrics store
   */
  public List<MetricRecord> run(
      List<FeatureSource> sources,
      boolean pixels,
      Map<String, String> provenance,
      String output,
      Runner runner) {
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
                measure(features, pipeline)
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
      List<LabelledEmbeddings> features, Pipeline pipeline) {
    PCollectionList<MetricRecord> metrics = PCollectionList.empty(pipeline);
    for (LabelledEmbeddings embeddings : features) {
      String name = "-" + embeddings.name();
      metrics =
          metrics
              .and(pipeline.apply("Neighbours" + name, EvaluateNeighbours.of(embeddings)))
              .and(
                  pipeline.apply(
                      "Linear" + name, EvaluateLinear.of(embeddings, labelShares, seed)));
      if (embeddings.classes().size() >= FEW_SHOT_WAY) {
        metrics =
            metrics.and(pipeline.apply("FewShot" + name, EvaluateFewShot.of(embeddings, seed)));
      }
    }
    return metrics;
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
