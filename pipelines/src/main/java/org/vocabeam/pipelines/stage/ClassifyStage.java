package org.vocabeam.pipelines.stage;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.evaluation.EvaluateClassifier;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.store.WriteStore;

/**
 * Accuracy of a run's classifier on the labels of a split: the store {@code metrics} of the run.
 *
 * @param images store that has the split
 * @param testSplit split whose labels are predicted
 * @param run complete run
 * @param measured record of the store, without its value
 */
public record ClassifyStage(
    TrainingImages images, String testSplit, String run, MetricRecord measured) {

  /** Measures the accuracy unless it is there, and returns the rows of the store. */
  public List<MetricRecord> run(Runner runner) {
    String checkpoint = RunDirectory.checkpointOf(run);
    List<String> classes = Checkpoint.open(checkpoint).recipe().method().classes();
    String metrics = StoreFiles.resolve(run, "metrics");
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "classify");
    provenance.put("images", images.fingerprint());
    provenance.put("testSplit", testSplit);
    provenance.put("checkpoint", Provenance.checkpoint(checkpoint));
    provenance.put(Provenance.VERSION, Version.read());
    WriteStore<MetricRecord> write =
        WriteStore.to(MetricRecord.TYPE, metrics).withProvenance(provenance);
    EvaluateClassifier evaluate =
        EvaluateClassifier.of(
            images.rowGroups(),
            testSplit,
            FeatureSource.logits(checkpoint).on(runner.compute()),
            classes,
            measured);
    Stage.writing(write)
        .existing(Stage.Existing.KEEP)
        .run(
            runner,
            "classify",
            pipeline ->
                pipeline.apply("EvaluateClassifier", evaluate).apply("WriteMetrics", write));
    return MetricsTable.read(metrics);
  }
}
