package org.vocabeam.pipelines.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.Pipeline;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.ViewSource;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.inputs.TrainingViews;
import org.vocabeam.pipelines.options.RecipeArguments;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.views.AugmentImages;
import org.vocabeam.transforms.views.ViewsRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Images to stored views. */
@Command(
    name = "augment",
    description = {
      "Renders the views that a method learns from, and stores them: of every image the views of"
          + " every epoch, those that pretrain draws itself with the same options. The same command"
          + " goes on after the last complete epoch."
    },
    footer = {
      "",
      "Example: ./vocabeam augment --images=runs/images --output=runs/views --epochs=0-3",
      "Look:    duckdb -c \"SELECT id, label, len(views) FROM 'runs/views/*/*.parquet'\""
    })
public final class AugmentCommand implements Callable<Integer> {
  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "The images store that ingest wrote.")
  private String images;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Gets a store for every epoch: epoch-000000 and so on.")
  private String output;

  @Option(
      names = "--split",
      defaultValue = "train",
      description = "The split to make views of, or 'all'; of a store without splits, all.")
  private String split;

  @Option(
      names = "--epochs",
      defaultValue = "0",
      paramLabel = "FIRST-LAST",
      description = "Of the run that the views are for, from 0; one epoch or a range.")
  private String epochs;

  @Option(names = "--overwrite", description = "Replaces stores that are there.")
  private boolean overwrite;

  @Mixin private RecipeArguments arguments;
  @Mixin private RunnerArguments pipelines;

  /**
   * Epochs to make views for.
   *
   * @param first from 0
   * @param last also made
   */
  record Epochs(long first, long last) {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");

    static Epochs parse(String text) {
      Matcher matcher = RANGE.matcher(text);
      if (matcher.matches()) {
        long first = Long.parseLong(matcher.group(1));
        long last = matcher.group(2) == null ? first : Long.parseLong(matcher.group(2));
        if (first <= last) {
          return new Epochs(first, last);
        }
      }
      throw new UserError(
          "--epochs is " + text + ", must be a number from 0 to 999999 or a range such as 0-3");
    }

    long count() {
      return last - first + 1;
    }
  }

  @Override
  public Integer call() {
    Epochs of = Epochs.parse(epochs);
    pipelines.runner().options("augment");
    StoreReader<ImageRecord> store = StoreReader.open(ImageRecord.TYPE, images);
    TrainingImages selected = TrainingImages.open(images, split);
    selected.refuseView("stored views");
    if (selected.count() == 0) {
      throw new UserError("there is no image to make views of; look at --images and --split");
    }
    // More steps than the epochs can have, so that no other constant of the recipe is in the way.
    Recipe recipe =
        arguments
            .choice()
            .recipe(selected.task((of.last() + 1) * selected.count(), arguments.seed()));
    try {
      for (long epoch = of.first(); epoch <= of.last(); epoch++) {
        write(store, selected, recipe, epoch);
      }
      report(of, selected, recipe);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return 0;
  }

  private void write(
      StoreReader<ImageRecord> store, TrainingImages selected, Recipe recipe, long epoch)
      throws IOException {
    String directory = ViewsRecord.directory(output, epoch);
    Map<String, String> provenance = new TreeMap<>(TrainingViews.provenance(recipe));
    provenance.put("command", "augment");
    provenance.put(TrainingImages.IMAGES, selected.fingerprint());
    provenance.put(TrainingImages.SPLIT, selected.splitName());
    provenance.put("method", recipe.method().name());
    provenance.put(TrainingViews.EPOCH, Long.toString(epoch));
    provenance.put(Provenance.VERSION, Version.read());
    if (!overwrite && Provenance.isThere(directory, provenance)) {
      System.err.printf("Epoch %d is there%n", epoch);
      return;
    }
    System.err.printf("Epoch %d: views of %d images%n", epoch, selected.count());
    WriteStore<ViewsRecord> write =
        WriteStore.to(ViewsRecord.TYPE, directory)
            .withShards(store.manifest().shards().size())
            .withProvenance(provenance);
    write.prepare(overwrite);
    Pipeline pipeline = pipelines.runner().create("augment-" + epoch);
    pipeline.apply(
        AugmentImages.of(
            store, selected.split(), Methods.toJson(recipe), epoch, write.shardWriter()));
    pipelines.runner().run(pipeline);
    write.commit();
  }

  private void report(Epochs of, TrainingImages selected, Recipe recipe) throws IOException {
    long bytes = 0;
    for (long epoch = of.first(); epoch <= of.last(); epoch++) {
      for (StoreFiles.Listed file : StoreFiles.list(ViewsRecord.directory(output, epoch))) {
        bytes += file.bytes();
      }
    }
    System.out.printf(
        Locale.ROOT,
        "Views:       %d images, epochs %d to %d, in %s%n"
            + "             %d bytes of pixels an image and epoch, %.0f in the files, %.1f MB in"
            + " all%n",
        selected.count(),
        of.first(),
        of.last(),
        output,
        ViewSource.STORED.bytes(recipe),
        (double) bytes / (of.count() * selected.count()),
        bytes / 1e6);
    System.out.printf(
        "Next:        ./vocabeam pretrain --images=%s --views=%s --split=%s --rounds=1"
            + " --stepsPerRound=%d --method=%s --preset=%s --seed=%d (and what else was set)%n",
        images,
        output,
        split,
        Math.max(1, (of.last() + 1) * selected.count() / recipe.batchSize()),
        arguments.choice().method(),
        arguments.choice().preset(),
        arguments.seed());
  }
}
