package org.vocabeam.pipelines.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.evaluation.EvaluateClassifier;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

/**
 * What a run's classifier makes of the labels of a split: the store {@code metrics} of the run.
 *
 * @param images whose store has the split
 * @param run that is complete
 * @param of the record of the store, without its value
 */
public record ClassifierAccuracy(
    TrainingImages images, String testSplit, String run, MetricRecord of) {
  /** Measures it unless it is there. */
  public List<MetricRecord> run(Runner runner) {
    String checkpoint = RunDirectory.newestCheckpoint(run);
    List<String> classes = Checkpoint.read(checkpoint).recipe().method().classes();
    String metrics = StoreFiles.resolve(run, "metrics");
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "classify");
    provenance.put("images", images.fingerprint());
    provenance.put("testSplit", testSplit);
    provenance.put("checkpoint", StoreReader.open(VariableChunk.TYPE, checkpoint).fingerprint());
    provenance.put(Provenance.VERSION, Version.read());
    WriteStore<MetricRecord> write =
        WriteStore.to(MetricRecord.TYPE, metrics).withProvenance(provenance);
    try {
      if (!Provenance.isThere(metrics, provenance)) {
        write.prepare(false);
        Pipeline pipeline = runner.create("classify");
        pipeline
            .apply(
                "EvaluateClassifier",
                EvaluateClassifier.of(
                    images.rowGroups(),
                    testSplit,
                    FeatureSource.logits(checkpoint).on(runner.device()),
                    classes,
                    of))
            .apply("WriteMetrics", write);
        runner.run(pipeline);
        write.commit();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return MetricsTable.read(metrics);
  }
}
