package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.ImportChoice;
import org.vocabeam.pipelines.options.ImageSizeOption;
import org.vocabeam.pipelines.options.OverwriteOption;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.stage.ImportStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Weights of another library as a checkpoint. */
@Command(
    name = "import",
    header = "Makes a checkpoint of weights that PyTorch or others saved.",
    description =
        "Reads a .safetensors file, or what torch.save wrote (.pth, .pt, .bin): a state_dict, or a"
            + " checkpoint that holds one. Nothing of the file is executed. Prints every tensor and"
            + " what becomes of it; without --output, nothing more. ResNets and vision transformers"
            + " are known by the names of torchvision, timm, DINO, DINOv2 and OBoW. Without --imageSize"
            + " they see 224 x 224 pixels, 32 x 32 after a small first convolution, or what a"
            + " transformer's positions are for.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam import resnet50.pth --output=runs/resnet50 --licence='BSD 3-Clause'",
      "  ./vocabeam embed --images=runs/photos/images --checkpoint=runs/resnet50 \\",
      "      --output=runs/embeddings",
      "  ./vocabeam pretrain --images=runs/photos/images --initial=runs/resnet50 \\",
      "      --output=runs/obow"
    })
public final class ImportCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FILE",
      description =
          "File of weights, or s3://BUCKET/PATH; of a model in several files, its .index.json.")
  private String file;

  @Option(
      names = "--output",
      order = Sections.OUTPUT,
      paramLabel = "DIR",
      description = "Checkpoint that import writes, or s3://BUCKET/PATH.")
  private @Nullable String output;

  @Mixin private OverwriteOption overwrite;

  @Option(
      names = "--licence",
      order = Sections.OUTPUT,
      paramLabel = "TEXT",
      description = "Licence of the weights, for the checkpoint's provenance and model cards.")
  private @Nullable String licence;

  @Option(
      names = "--preset",
      order = Sections.METHOD,
      paramLabel = "NAME",
      description = "Network of the weights, as for pretrain. Default: the one of their shapes.")
  private @Nullable String preset;

  @Option(
      names = "--part",
      order = Sections.METHOD,
      paramLabel = "NAME",
      description =
          "Start of the names of the network that is taken, or a piece of it, such as student."
              + " Default: of several networks the teacher.")
  private @Nullable String part;

  @Mixin private ImageSizeOption imageSize;

  @Option(
      names = "--mean",
      order = Sections.METHOD,
      split = ",",
      paramLabel = "R,G,B",
      description =
          "Means of the pixels, in 0..1, that the weights were trained with. Default: ImageNet's,"
              + " 0.485,0.456,0.406.")
  private @Nullable List<Float> mean;

  @Option(
      names = "--std",
      order = Sections.METHOD,
      split = ",",
      paramLabel = "R,G,B",
      description = "Their standard deviations. Default: ImageNet's, 0.229,0.224,0.225.")
  private @Nullable List<Float> std;

  @Option(
      names = "--heads",
      order = Sections.METHOD,
      paramLabel = "N",
      description =
          "Heads of a transformer's attention, which no shape tells. Default: one for 64 channels.")
  private @Nullable Integer heads;

  @Option(
      names = "--incomplete",
      order = Sections.METHOD,
      description = "Takes a file that lacks weights of the network, which stay random.")
  private boolean incomplete;

  @Mixin private RunnerArguments pipelines;

  /** Returns the request that the options make. */
  ImportStage request() {
    if ((mean == null) != (std == null)) {
      throw new UserError("--mean and --std belong together; give both or none");
    }
    return new ImportStage(
        file,
        output,
        new ImportChoice(preset, part, imageSize.side(), mean, std, heads, incomplete),
        licence,
        overwrite.isGiven());
  }

  @Override
  public Integer call() {
    ImportStage request = request();
    pipelines.runner().options("import");
    System.out.print(request.run(pipelines.runner()));
    if (output != null) {
      System.out.printf(
          "Next:        ./vocabeam embed --images=IMAGES --checkpoint=%s --output=DIR%n", output);
    }
    return 0;
  }
}
