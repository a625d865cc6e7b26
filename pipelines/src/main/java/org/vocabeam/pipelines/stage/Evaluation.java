package org.vocabeam.pipelines.stage;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.command.EmbedCommand;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.options.PoolingArguments;
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
 * How features are measured: images are embedded, and the embeddings are evaluated by nearest
 * neighbours, linear probes and, with classes enough, few-shot episodes.
 *
 * @param groups of the images
 * @param fingerprint of the images
 * @param statistics of the images
 * @param trainSplit whose labels are learned from
 * @param testSplit whose labels are predicted
 * @param labelShares of the training labels for the linear probe, each in (0, 1]
 * @param seed of label shares and episodes
 */
public record Evaluation(
    List<RowGroup> groups,
    String fingerprint,
    ImageStatistics statistics,
    String trainSplit,
    String testSplit,
    List<Double> labelShares,
    long seed) {
  /** The shares of labels that are usual, as on the command line. */
  public static final String LABEL_SHARES = "0.01,0.1,1";

  /** The name of the images' own pixels as features. */
  public static final String PIXELS = "pixels";

  private static final int FEW_SHOT_WAY = 5;

  public Evaluation {
    for (double share : labelShares) {
      if (!(share > 0 && share <= 1)) {
        throw new UserError("label share is " + share + ", must be in (0, 1]");
      }
    }
  }

  /** An evaluation on a store of images. */
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

  /** Refuses images that have not the two splits. */
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
   * The names of what is measured with the usual shares of the labels.
   *
   * @param classes labels that the images have
   */
  public static SortedSet<String> metrics(int classes) {
    SortedSet<String> names = new TreeSet<>(EvaluateNeighbours.metrics());
    usualLabelShares().forEach(share -> names.add(MetricRecord.name("linear", share)));
    if (classes >= FEW_SHOT_WAY) {
      names.addAll(EvaluateFewShot.metrics());
    }
    return names;
  }

  /** {@link #LABEL_SHARES} as numbers. */
  public static List<Double> usualLabelShares() {
    return Splitter.on(',').splitToStream(LABEL_SHARES).map(Double::valueOf).toList();
  }

  /** The metrics store of an evaluation. */
  public static String metrics(String output) {
    return StoreFiles.resolve(output, "metrics");
  }

  /** The embeddings of an evaluation, a store for every kind of features. */
  public static String embeddings(String output) {
    return StoreFiles.resolve(output, "embeddings");
  }

  private static String embeddings(String output, String features) {
    return StoreFiles.resolve(embeddings(output), features);
  }

  /**
   * What made the stores.
   *
   * @param command that asks
   * @param of what is evaluated
   */
  public Map<String, String> provenance(
      String command, Map<String, String> of, PoolingArguments pooling) {
    Map<String, String> provenance = new LinkedHashMap<>(of);
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
   * @param pixels whether the images' pixels are measured too
   * @param output directory of {@link #embeddings} and {@link #metrics}
   */
  public List<MetricRecord> run(
      List<FeatureSource> sources,
      boolean pixels,
      Map<String, String> provenance,
      String output,
      Runner runner) {
    try {
      embed(sources, provenance, output, runner);
      List<LabelledEmbeddings> features = new ArrayList<>();
      sources.forEach(source -> features.add(features(source.name(), output)));
      if (pixels) {
        features.add(features(PIXELS, output));
      }
      measure(features, provenance, output, runner);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return MetricsTable.read(metrics(output));
  }

  private void embed(
      List<FeatureSource> sources, Map<String, String> provenance, String output, Runner runner)
      throws IOException {
    Pipeline pipeline = runner.create("evaluate-embed");
    int shards = EmbedCommand.shardsFor(groups.stream().mapToLong(RowGroup::rows).sum());
    List<WriteStore<EmbeddingRecord>> stores = new ArrayList<>();
    for (FeatureSource source : sources) {
      WriteStore<EmbeddingRecord> write =
          WriteStore.to(EmbeddingRecord.TYPE, embeddings(output, source.name()))
              .withShards(shards)
              .withProvenance(provenance);
      write.prepare(true);
      stores.add(write);
      pipeline
          .apply("Embed-" + source.name(), EmbedImages.of(groups, source))
          .apply("Write-" + source.name(), write);
    }
    runner.run(pipeline);
    for (WriteStore<EmbeddingRecord> store : stores) {
      store.commit();
    }
  }

  private void measure(
      List<LabelledEmbeddings> features,
      Map<String, String> provenance,
      String output,
      Runner runner)
      throws IOException {
    WriteStore<MetricRecord> write =
        WriteStore.to(MetricRecord.TYPE, metrics(output)).withProvenance(provenance);
    write.prepare(true);
    Pipeline pipeline = runner.create("evaluate");
    PCollectionList<MetricRecord> all = PCollectionList.empty(pipeline);
    for (LabelledEmbeddings of : features) {
      String name = "-" + of.name();
      all = all.and(pipeline.apply("Neighbours" + name, EvaluateNeighbours.of(of)));
      all = all.and(pipeline.apply("Linear" + name, EvaluateLinear.of(of, labelShares, seed)));
      if (of.classes().size() >= FEW_SHOT_WAY) {
        all = all.and(pipeline.apply("FewShot" + name, EvaluateFewShot.of(of, seed)));
      }
    }
    PCollection<MetricRecord> metrics = all.apply(Flatten.pCollections());
    metrics.apply("WriteMetrics", write);
    runner.run(pipeline);
    write.commit();
  }

  /**
   * The labelled features of an evaluation that has run.
   *
   * @param name of a source, or {@link #PIXELS}
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
