package org.vocabeam.pipelines;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.evaluation.EmbedImages;
import org.vocabeam.transforms.evaluation.EmbeddingRecord;
import org.vocabeam.transforms.evaluation.EvaluateFewShot;
import org.vocabeam.transforms.evaluation.EvaluateLinear;
import org.vocabeam.transforms.evaluation.EvaluateNeighbours;
import org.vocabeam.transforms.evaluation.FeatureSource;
import org.vocabeam.transforms.evaluation.LabelledEmbeddings;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.images.ImageRecord;
import org.vocabeam.transforms.images.ImageStatistics;
import org.vocabeam.transforms.store.RowGroup;
import org.vocabeam.transforms.store.StoreFiles;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.training.VariableChunk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What an encoder is worth, beside random weights and raw pixels. */
@Command(
    name = "evaluate",
    description = {
      "Measures an encoder by nearest neighbours, linear probes and few-shot episodes, beside the"
          + " same network with random weights and beside raw pixels."
    },
    footer = {
      "",
      "Example: ./vocabeam evaluate --images=runs/images --checkpoint=runs/obow"
          + " --output=runs/obow/evaluation"
    })
final class EvaluateCommand implements Callable<Integer> {
  private static final int FEW_SHOT_WAY = 5;
  private static final String LABEL_SHARES = "0.01,0.1,1";

  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "An images store with labels, and with the two splits.")
  private String images;

  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "DIR",
      description = "A run of pretrain (its newest checkpoint), or one checkpoint.")
  private String checkpoint;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Embeddings and metrics; an earlier evaluation there is replaced.")
  private String output;

  @Option(
      names = "--labelShares",
      split = ",",
      defaultValue = LABEL_SHARES,
      description = "Shares of the training labels for the linear probe, in (0, 1].")
  private List<Double> labelShares;

  @Option(names = "--trainSplit", defaultValue = "train", description = "Learned from.")
  private String trainSplit;

  @Option(names = "--testSplit", defaultValue = "test", description = "Predicted.")
  private String testSplit;

  @Option(names = "--seed", defaultValue = "1", description = "Of label shares and episodes.")
  private long seed;

  @Mixin private PoolingArguments pooling;
  @Mixin private DeviceArguments pipelines;

  /** Refuses images that have not the two splits. */
  static void checkSplits(
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
  static SortedSet<String> metrics(int classes) {
    SortedSet<String> names = new TreeSet<>(EvaluateNeighbours.metrics());
    Splitter.on(',')
        .split(LABEL_SHARES)
        .forEach(share -> names.add(MetricRecord.name("linear", Double.parseDouble(share))));
    if (classes >= FEW_SHOT_WAY) {
      names.addAll(EvaluateFewShot.metrics());
    }
    return names;
  }

  @Override
  public Integer call() {
    for (double share : labelShares) {
      if (!(share > 0 && share <= 1)) {
        throw new UserError("label share is " + share + ", must be in (0, 1]");
      }
    }
    pipelines.options("evaluate");
    StoreReader<ImageRecord> store = StoreReader.open(ImageRecord.TYPE, images);
    ImageStatistics statistics = ImageStatistics.read(images);
    checkSplits(images, statistics, trainSplit, testSplit);
    String of = RunDirectory.newestCheckpoint(checkpoint);
    FeatureSource trained = FeatureSource.trained(of, pooling.pooling()).on(pipelines.device());
    List<FeatureSource> sources = List.of(trained, trained.random());
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("command", "evaluate");
    provenance.put("images", store.fingerprint());
    provenance.put("checkpoint", StoreReader.open(VariableChunk.TYPE, of).fingerprint());
    provenance.putAll(pooling.provenance());
    provenance.put("seed", Long.toString(seed));
    provenance.put("version", Version.read());
    try {
      embed(store.rowGroups(), sources, provenance);
      List<MetricRecord> metrics = measure(store.rowGroups(), sources, statistics, provenance);
      System.out.println(MetricsTable.of(metrics));
      System.out.printf("Metrics:     %s%n", metrics());
      System.out.printf("Embeddings:  %s%n", StoreFiles.resolve(output, "embeddings"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return 0;
  }

  private String embeddings(FeatureSource source) {
    return StoreFiles.resolve(output, "embeddings/" + source.name());
  }

  private String metrics() {
    return StoreFiles.resolve(output, "metrics");
  }

  private void embed(
      List<RowGroup> groups, List<FeatureSource> sources, Map<String, String> provenance)
      throws IOException {
    Pipeline pipeline = pipelines.create("evaluate-embed");
    int shards = EmbedCommand.shardsFor(groups.stream().mapToLong(RowGroup::rows).sum());
    List<WriteStore<EmbeddingRecord>> stores = new ArrayList<>();
    for (FeatureSource source : sources) {
      WriteStore<EmbeddingRecord> write =
          WriteStore.to(EmbeddingRecord.TYPE, embeddings(source))
              .withShards(shards)
              .withProvenance(provenance);
      write.prepare(true);
      stores.add(write);
      pipeline
          .apply("Embed-" + source.name(), EmbedImages.of(groups, source))
          .apply("Write-" + source.name(), write);
    }
    pipelines.run(pipeline);
    for (WriteStore<EmbeddingRecord> store : stores) {
      store.commit();
    }
  }

  private List<MetricRecord> measure(
      List<RowGroup> imageGroups,
      List<FeatureSource> sources,
      ImageStatistics statistics,
      Map<String, String> provenance)
      throws IOException {
    List<String> classes = statistics.classes();
    WriteStore<MetricRecord> write =
        WriteStore.to(MetricRecord.TYPE, metrics()).withProvenance(provenance);
    write.prepare(true);
    Pipeline pipeline = pipelines.create("evaluate");
    List<LabelledEmbeddings> features = new ArrayList<>();
    for (FeatureSource source : sources) {
      List<RowGroup> groups =
          StoreReader.open(EmbeddingRecord.TYPE, embeddings(source)).rowGroups();
      features.add(
          new LabelledEmbeddings(source.name(), groups, 0, classes, trainSplit, testSplit));
    }
    features.add(
        new LabelledEmbeddings(
            "pixels", imageGroups, statistics.channels(), classes, trainSplit, testSplit));
    PCollectionList<MetricRecord> all = PCollectionList.empty(pipeline);
    for (LabelledEmbeddings of : features) {
      String name = "-" + of.name();
      all = all.and(pipeline.apply("Neighbours" + name, EvaluateNeighbours.of(of)));
      all = all.and(pipeline.apply("Linear" + name, EvaluateLinear.of(of, labelShares, seed)));
      if (classes.size() >= FEW_SHOT_WAY) {
        all = all.and(pipeline.apply("FewShot" + name, EvaluateFewShot.of(of, seed)));
      }
    }
    PCollection<MetricRecord> metrics = all.apply(Flatten.pCollections());
    metrics.apply("WriteMetrics", write);
    pipelines.run(pipeline);
    write.commit();
    return MetricsTable.read(metrics());
  }
}
