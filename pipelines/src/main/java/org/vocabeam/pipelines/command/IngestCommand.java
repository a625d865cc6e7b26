package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.options.IngestArguments;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.stage.GrowStage;
import org.vocabeam.pipelines.stage.IngestStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the images store that every other stage reads. */
@Command(
    name = "ingest",
    description = {
      "Reads images from a folder (split/label/file, label/file or flat), a tar, gzipped IDX files,"
          + " Parquet or an images store, checks each, and writes the stores OUTPUT/images and OUTPUT/rejected.",
      "The same command again finds its store and does nothing."
    },
    footer = {
      "",
      "Example: ./vocabeam ingest --input=photos --output=runs/photos --resize=64 --colour=rgb",
      "The next day: ./vocabeam ingest --grow with the same options adds what is new"
    })
public final class IngestCommand implements Callable<Integer> {
  @Mixin private IngestArguments arguments;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Where the stores images and rejected go.")
  private String output;

  @Option(names = "--overwrite", description = "Replace the stores that are there.")
  private boolean overwrite;

  @Option(
      names = "--grow",
      description = {
        "OUTPUT grows by what is new in the input since the last time, by content and not by name:"
            + " OUTPUT/increment-N/images is a store of all images so far. What the input has no"
            + " longer stays."
      })
  private boolean grow;

  @Mixin private RunnerArguments pipelines;

  @Override
  public Integer call() {
    if (grow && overwrite) {
      throw new UserError("--grow keeps what is there, and --overwrite replaces it; give one");
    }
    pipelines.runner().options("ingest");
    Request<String> request =
        grow
            ? new GrowStage(arguments.input(), output)
            : new IngestStage(arguments.input(), output, overwrite);
    System.out.print(request.run(pipelines.runner()));
    return 0;
  }
}
