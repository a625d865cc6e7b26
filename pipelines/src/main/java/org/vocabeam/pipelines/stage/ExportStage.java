package org.vocabeam.pipelines.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.training.Encoder;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.files.StagedDirectory;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * An encoder for other programs: a SavedModel with its model card. No pipeline runs.
 *
 * <pre>{@code
 * new ExportStage("runs/obow", "runs/obow/evaluation/metrics", "runs/encoder", PoolingChoice.GLOBAL)
 *     .run(runner);
 * }</pre>
 *
 * @param checkpoint run, or one checkpoint
 * @param metrics metrics store for the model card; null without one
 * @param output directory of the SavedModel, which must not exist
 * @param pooling features that the encoder computes
 */
public record ExportStage(
    String checkpoint, @Nullable String metrics, String output, PoolingChoice pooling)
    implements Request<String> {
  /** File by which TensorFlow knows a SavedModel; the last that is written. */
  public static final String MODEL = "saved_model.pb";

  private static final String CARD = "model-card.md";

  /** Returns whether the SavedModel is there. */
  public boolean isComplete() {
    try {
      return StoreFiles.exists(StoreFiles.resolve(output, MODEL));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("export")
        .with("checkpoint", checkpoint)
        .ifGiven("metrics", metrics)
        .with("output", output)
        .with(pooling.options())
        .with(runner.argumentsWithoutDevice());
  }

  /** Writes the SavedModel, and returns the file of the model card. */
  @Override
  public String run(Runner runner) {
    StagedDirectory.refuseTaken(output, MODEL);
    String directory = RunDirectory.newestCheckpoint(checkpoint);
    Checkpoint trained = Checkpoint.open(directory);
    String card =
        new ModelCard(trained, Provenance.checkpoint(directory), pooling.pooling(), metrics).text();
    try (StagedDirectory staged = StagedDirectory.of(output)) {
      Encoder.export(trained.recipe(), trained.state(), pooling.pooling(), staged.path());
      Files.writeString(staged.path().resolve(CARD), card);
      staged.commit(MODEL);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return StoreFiles.resolve(output, CARD);
  }
}
