package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.pipelines.options.CheckpointOption;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.stage.ExportStage;
import org.vocabeam.transforms.files.StoreFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An encoder for other programs, in one form or several, and a model card. */
@Command(
    name = "export",
    header = "Writes an encoder for other programs, with a model card.",
    description =
        "SavedModel and ONNX take uint8 images of any size and return the embedding, its map"
            + " and, from finetune, logits and probabilities of the classes; preprocessing is"
            + " inside. The output must not exist.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam export --checkpoint=runs/obow --output=runs/encoder \\",
      "      --metrics=runs/obow/evaluation/metrics --format=savedmodel,onnx"
    })
public final class ExportCommand implements Callable<Integer> {
  @Mixin private CheckpointOption checkpoint;

  @Option(
      names = "--metrics",
      order = Sections.INPUT,
      paramLabel = "DIR",
      description = "Metrics store of evaluate, for the model card.")
  private @Nullable String metrics;

  @Mixin private OutputOption output;

  @Option(
      names = "--format",
      order = Sections.OUTPUT,
      split = ",",
      paramLabel = "NAME",
      defaultValue = "savedmodel",
      description =
          "Forms of the encoder: savedmodel, for TensorFlow; onnx, for ONNX Runtime and others;"
              + " safetensors, the weights alone with the names and layouts of PyTorch's"
              + " libraries.")
  private List<ExportStage.Format> formats;

  @Mixin private PoolingArguments pooling;

  @Option(
      names = "--maps",
      order = Sections.FEATURES,
      split = ",",
      paramLabel = "NAME",
      description =
          "Further levels whose maps SavedModel and ONNX return, as map_NAME. map is that of the"
              + " level of the embedding.")
  private @Nullable List<String> maps;

  @Mixin private RunnerArguments pipelines;

  /** Returns the request that the options make. */
  ExportStage request() {
    return new ExportStage(
        checkpoint.directory(),
        metrics,
        output.directory(),
        pooling.choice(),
        maps == null ? List.of() : maps,
        formats);
  }

  @Override
  public Integer call() {
    pipelines.runner().options("export");
    String card = request().run(pipelines.runner());
    for (ExportStage.Format format : formats) {
      System.out.printf(
          "%-12s %s%n",
          format + ":",
          format == ExportStage.Format.SAVEDMODEL
              ? output.directory()
              : StoreFiles.resolve(output.directory(), format.file()));
    }
    System.out.printf("Model card:  %s%n", card);
    return 0;
  }
}
