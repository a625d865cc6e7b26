package org.vocabeam.pipelines.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Encoder;
import org.vocabeam.models.training.Method.TargetSource;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.stage.MetricsTable;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.files.StagedDirectory;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.store.StoreReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An encoder for others: a SavedModel and a model card. */
@Command(
    name = "export",
    description = {
      "Writes an encoder as a SavedModel that any TensorFlow loads: uint8 images of any size in,"
          + " embedding out (of finetune the probabilities of the classes, too), preprocessing"
          + " inside; and a model card."
    },
    footer = {
      "",
      "Example: ./vocabeam export --checkpoint=runs/obow --metrics=runs/obow/evaluation/metrics"
          + " --output=runs/encoder"
    })
public final class ExportCommand implements Callable<Integer> {
  /** The file that TensorFlow knows a SavedModel by. */
  public static final String MODEL = "saved_model.pb";

  private static final String CARD = "model-card.md";

  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "DIR",
      description = "A run of pretrain (its newest checkpoint), or one checkpoint.")
  private String checkpoint;

  @Option(
      names = "--metrics",
      paramLabel = "DIR",
      description = "The metrics store of evaluate, for the model card.")
  private String metrics;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The SavedModel; must not exist.")
  private String output;

  @Mixin private PoolingArguments pooling;
  @Mixin private RunnerArguments pipelines;

  @Override
  public Integer call() {
    pipelines.runner().options("export");
    StagedDirectory.refuseTaken(output, MODEL);
    String directory = RunDirectory.newestCheckpoint(checkpoint);
    Checkpoint of = Checkpoint.read(directory);
    try (StagedDirectory staged = StagedDirectory.of(output)) {
      Encoder.export(of.recipe(), of.state(), pooling.pooling(), staged.path());
      Files.writeString(staged.path().resolve(CARD), card(directory, of));
      staged.commit(MODEL);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    System.out.printf("SavedModel:  %s%n", output);
    System.out.printf("Model card:  %s%n", StoreFiles.resolve(output, CARD));
    return 0;
  }

  /** What the card says of a classifier. */
  private static String classes(Checkpoint of) {
    List<String> classes = of.recipe().method().classes();
    return classes.isEmpty()
        ? ""
        : String.format(
            "- out: `probabilities`, float32 `[N, %d]`, of the classes %s",
            classes.size(),
            classes.stream().map(c -> '`' + c + '`').collect(Collectors.joining(", ")));
  }

  private String card(String directory, Checkpoint of) {
    var shape = of.recipe().images();
    Pooling pooled = pooling.pooling();
    String fingerprint = StoreReader.open(VariableChunk.TYPE, directory).fingerprint();
    return String.join(
        "\n",
        "# Image encoder, " + of.recipe().method().name(),
        "",
        String.format(
            "Trained %s labels by Vocabeam %s.",
            of.recipe().method().targetSource() == TargetSource.LABELS ? "with" : "without",
            of.provenance().get("version")),
        "",
        "## Use",
        "",
        "Signature `serving_default`:",
        "",
        "- in: `images`, uint8 `[N, h, w, " + shape.channels() + "]`, any h and w",
        "- out: `embedding`, float32 `[N, " + pooled.width(of.recipe().backbone()) + "]`",
        classes(of),
        "",
        String.format(
            "Images are scaled to %d x %d and normalised inside. Compare embeddings by cosine.",
            shape.height(), shape.width()),
        "",
        "## Training",
        "",
        "- method: " + of.recipe().method().name(),
        "- steps: " + of.step() + " of " + of.recipe().steps(),
        "- images a step: "
            + of.recipe().batchSize()
            + " by "
            + of.provenance().get("replicas")
            + " replica(s)",
        "- seed: " + of.recipe().seed(),
        "- level: " + pooled.levelOf(of.recipe().backbone()) + ", grid: " + pooled.grid(),
        "",
        "## Results",
        "",
        metrics == null
            ? "Not evaluated when this was exported."
            : "```" + MetricsTable.of(MetricsTable.read(metrics)) + "```",
        "",
        "Accuracy on the evaluation data says nothing of other data; evaluate on your own.",
        "",
        "## Provenance",
        "",
        "- images store: " + of.provenance().get(Checkpoint.IMAGES),
        "- split: " + of.provenance().get("split"),
        "- checkpoint: " + fingerprint,
        "",
        "```json",
        Methods.toTree(of.recipe()).toPrettyString(),
        "```",
        "");
  }
}
