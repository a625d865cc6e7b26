package org.vocabeam.pipelines.registry;

import java.io.IOException;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.pipelines.choice.OpenRun;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.RunOutcome;
import org.vocabeam.pipelines.run.PretrainRequest;
import org.vocabeam.pipelines.runner.Steps;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.pipelines.stage.EvaluateStage;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.pipelines.stage.ExportStage;
import org.vocabeam.pipelines.stage.MetricsTable;
import org.vocabeam.pipelines.stage.MetricsTable.Trained;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.evaluation.LabelSurvey;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreReader;

/**
 * Work on a version that has been begun: pre-training, evaluation, export, gate.
 *
 * @param asked settings
 * @param request what the version is made of
 * @param registry registry of the version
 * @param steps announces the steps
 * @param out where the metrics are printed
 */
record VersionWork(
    RetrainRequest asked, VersionRequest request, Registry registry, Steps steps, PrintStream out) {

  /** Makes the version complete, and promotes it if it passes its gate. */
  ModelVersion run() throws IOException {
    int version = request.version();
    String images = registry.images(request.increment());
    ImageStatistics statistics = ImageStatistics.read(images);
    check(images);
    String checkpoint =
        steps.take("Pre-train", new OpenRun(pretrain(images), false, asked.minutes()));
    Trained metrics = evaluate("Evaluate", images, checkpoint, false);
    Trained parentMetrics =
        request.parent() == null
            ? new Trained(new TreeMap<>(), new TreeMap<>())
            : evaluate(
                "Evaluate the promoted version " + request.parent() + " on the same images",
                images,
                RunDirectory.checkpointOf(registry.run(request.parent())),
                true);
    export(checkpoint);
    prune(checkpoint);
    List<Condition.Result> results = asked.gate().test(metrics, parentMetrics);
    registry.complete(
        new ModelVersion(
            request,
            statistics.images(),
            Provenance.checkpoint(checkpoint),
            Version.read(),
            metrics.values(),
            parentMetrics.values(),
            results,
            results.stream().allMatch(Condition.Result::holds),
            Methods.toTree(Checkpoint.open(checkpoint).recipe())));
    return registry.completeVersion(version);
  }

  /** Refuses now what would fail after hours of training, and says what cannot be measured. */
  private void check(String images) {
    Evaluation evaluation = stage(images, "", "").open();
    asked.gate().checkKnown(evaluation.measures());
    LabelSurvey labels = evaluation.labels();
    evaluation.checkMeasurable(labels);
    asked.gate().checkJudged(evaluation.leftOut(labels));
    evaluation.remarks(labels).forEach(System.err::println);
  }

  private EvaluateStage stage(String images, String checkpoint, String output) {
    return EvaluateStage.of(images, checkpoint, output)
        .withSplits(asked.trainSplit(), asked.testSplit())
        .withPooling(asked.pooling());
  }

  private PretrainRequest pretrain(String images) {
    PretrainRequest fromRandom =
        PretrainRequest.of(images, registry.run(request.version()), asked.recipe(), asked.rounds())
            .withSplit(asked.trainSplit());
    if (!request.isFromParent()) {
      return fromRandom;
    }
    String parent = RunDirectory.checkpointOf(registry.run(request.parent()));
    // With the same seed it would see the crops again that it was trained on.
    long seed = InitialWeights.open(parent).recipe().seed() + 1;
    return fromRandom
        .withGiven(new PretrainRequest.Given(null, null, parent))
        .withRecipe(asked.recipe().withSeed(seed));
  }

  /** Returns the metrics of a checkpoint, which an earlier attempt may have measured. */
  private Trained evaluate(String title, String images, String checkpoint, boolean ofParent) {
    String output = registry.evaluation(request.version(), ofParent);
    if (!StoreReader.isComplete(Evaluation.metrics(output))) {
      out.println(MetricsTable.of(steps.take(title, stage(images, checkpoint, output))));
    }
    return MetricsTable.trained(Evaluation.metrics(output));
  }

  private void export(String checkpoint) {
    ExportStage export =
        new ExportStage(
            checkpoint,
            Evaluation.metrics(registry.evaluation(request.version(), false)),
            registry.encoder(request.version()),
            asked.pooling());
    if (!export.isComplete()) {
      steps.take("Export", export);
    }
  }

  /** Removes what only the work on the version needed: a registry is kept for years. */
  private void prune(String checkpoint) throws IOException {
    int version = request.version();
    for (boolean ofParent : new boolean[] {false, true}) {
      registry.delete(Evaluation.embeddings(registry.evaluation(version, ofParent)));
    }
    RunDirectory run = new RunDirectory(registry.run(version));
    Set<Long> kept = new HashSet<>(Set.of(Checkpoint.open(checkpoint).step()));
    // The newest too: without it this work, done again after a kill, would train from the best one.
    run.outcome().map(RunOutcome::steps).ifPresent(kept::add);
    run.keepOnly(kept);
    for (StoreFiles.Listed file : StoreFiles.list(registry.directory(version))) {
      if (file.name().startsWith(".")) {
        StoreFiles.delete(file.path()); // what a kill left of an export
      }
    }
  }
}
