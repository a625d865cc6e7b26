package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.options.IngestArguments;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.OverwriteOption;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.stage.GrowStage;
import org.vocabeam.pipelines.stage.IngestStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Images to the images store that every other stage reads. */
@Command(
    name = "ingest",
    header = "Makes the images store that all other commands read.",
    description =
        "Reads images from a folder, archives, IDX files, Parquet, a table of files or another images"
            + " store, checks each, says how labels and splits were found, and writes"
            + " OUTPUT/images and OUTPUT/rejected. The same command again finds its store and"
            + " does nothing.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam ingest --input=photos --output=runs/photos --resize=64 --colour=rgb",
      "The next day, only what is new:",
      "  ./vocabeam ingest --input=photos --output=runs/grown --resize=64 --grow"
    })
public final class IngestCommand implements Callable<Integer> {
  @Mixin private IngestArguments arguments;
  @Mixin private OutputOption output;

  @Option(
      names = "--grow",
      order = Sections.OUTPUT,
      description =
          "Adds what is new in the input since the last time, by content and not by name:"
              + " OUTPUT/increment-N/images is a store of all images so far. Images that the input"
              + " has no longer stay.")
  private boolean grow;

  @Mixin private OverwriteOption overwrite;
  @Mixin private RunnerArguments pipelines;

  /** Returns the request that the options make. */
  Request<String> request() {
    if (grow && overwrite.isGiven()) {
      throw new UserError("--grow keeps what is there, and --overwrite replaces it; give one");
    }
    return grow
        ? new GrowStage(arguments.input(), output.directory())
        : new IngestStage(arguments.input(), output.directory(), overwrite.isGiven());
  }

  @Override
  public Integer call() {
    Request<String> request = request();
    pipelines.runner().options("ingest");
    System.out.print(request.run(pipelines.runner()));
    return 0;
  }
}
