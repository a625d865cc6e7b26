package org.vocabeam.bench;

import com.google.common.base.Suppliers;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.vocabeam.models.UserError;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.command.AddedCommand;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.files.StoreFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how fast this machine is, in one run. */
@Command(
    name = "bench",
    header = "Measures the speed of this machine.",
    description =
        "Measures on synthetic images: training, how fast photos are decoded (beside Pillow and"
            + " torchvision, where they are) and fed to it, what the engine"
            + " adds to TensorFlow, ingest, embed,"
            + " k-means, and the stages of bownet and memory as the data set grows. Nothing else"
            + " should run meanwhile.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam bench --parts=train,engine --output=runs/bench.json",
    })
public final class BenchCommand implements AddedCommand {
  private static final List<String> PARTS =
      List.of(
          "train", "decode", "feed", "engine", "ingest", "embed", "codebook", "stages", "memory");

  /** The data sets of memory begin with so much fewer images, which are larger. */
  private static final int FEWER_FOR_MEMORY = 10;

  @Option(
      names = "--parts",
      split = ",",
      defaultValue = "train,decode,feed,engine,ingest,embed,codebook,stages,memory",
      description = "What to measure.")
  private List<String> parts;

  @Option(
      names = "--presets",
      split = ",",
      defaultValue = "small-28,small-32,resnet18-32,resnet18-224",
      description = "What to train, by preset and pixels.")
  private List<String> presets;

  @Option(
      names = "--precision",
      defaultValue = "float32",
      description = "Numbers of the networks in train and feed: float32, bfloat16 or float16.")
  private Precision precision;

  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "Where the networks of train and feed compute: cpu, gpu or auto.")
  private DeviceChoice device;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Of every measurement in chunks, after warming up; more is steadier.")
  private double seconds;

  @Option(
      names = "--stepsPerRound",
      defaultValue = "500",
      description = "Of each of the three rounds that the engine is measured with; at least 2.")
  private long stepsPerRound;

  @Option(
      names = "--images",
      defaultValue = "20000",
      description =
          "Of the data sets for engine, ingest and embed; stages and memory go from a tenth of them to 1.6"
              + " times as many.")
  private int images;

  @Option(
      names = "--photos",
      paramLabel = "DIR",
      description =
          "Photos that decode and feed read; synthetic ones of 500 x 375 pixels by default.")
  private Path photos;

  @Option(
      names = "--heapMegabytes",
      defaultValue = "1024",
      description = "Heap of the JVMs whose memory is measured.")
  private long heapMegabytes;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where the numbers go as JSON, too.")
  private String output;

  @Mixin private RunnerArguments pipelines;

  @Override
  public Integer call() throws IOException {
    List<String> measured = chosen("parts", parts, PARTS, part -> part);
    List<Workload> workloads =
        chosen("presets", presets, Workload.all(), Workload::name).stream()
            .map(workload -> workload.in(precision))
            .toList();
    require(seconds > 0, "seconds", seconds, "positive");
    require(stepsPerRound > 1, "stepsPerRound", stepsPerRound, "at least 2");
    require(images >= FEWER_FOR_MEMORY, "images", images, "at least " + FEWER_FOR_MEMORY);
    require(heapMegabytes > 0, "heapMegabytes", heapMegabytes, "positive");
    pipelines.runner().options("bench");
    Machine machine = Machine.read();
    if (machine.isBusy()) {
      System.err.printf(
          "The load average is %.2f: other work runs here, and the numbers will be of no use.%n",
          machine.loadAverage());
    }
    List<Measurement> measurements = new ArrayList<>();
    Report report = new Report(Version.read(), machine, settings(), measurements);
    System.out.println(report.head());
    Path directory = Files.createTempDirectory("vocabeam-bench");
    try {
      Workshop workshop = new Workshop(directory, images, this::run);
      for (String part : measured) {
        for (Supplier<List<Measurement>> work : work(part, workloads, workshop)) {
          List<Measurement> found = work.get();
          System.out.print(Report.table(found));
          measurements.addAll(found);
        }
      }
    } finally {
      MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    if (output != null) {
      StoreFiles.write(output, report.toJson());
    }
    return 0;
  }

  private List<Supplier<List<Measurement>>> work(
      String part, List<Workload> workloads, Workshop workshop) {
    return switch (part) {
      case "train" ->
          workloads.stream()
              .<Supplier<List<Measurement>>>map(w -> () -> TrainBench.measure(w, seconds, device))
              .toList();
      case "decode" -> {
        Supplier<DecodeBench> decode =
            Suppliers.memoize(() -> new DecodeBench(workshop.photoFiles(photos), seconds));
        yield List.of(() -> decode.get().ours(), () -> decode.get().theirs());
      }
      case "feed" -> {
        Supplier<FeedBench> feed =
            Suppliers.memoize(
                () -> new FeedBench(workshop, workshop.photos(photos), seconds, stepsPerRound));
        yield Stream.concat(
                Stream.<Supplier<List<Measurement>>>of(() -> feed.get().line()),
                workloads.stream()
                    .filter(Workload::isForPhotos)
                    .<Supplier<List<Measurement>>>map(w -> () -> feed.get().run(w, device)))
            .toList();
      }
      case "engine" -> List.of(new EngineBench(workshop, seconds, stepsPerRound)::measure);
      case "ingest" -> List.of(new StoreBench(workshop)::ingest);
      case "embed" -> List.of(new StoreBench(workshop)::embed);
      case "codebook" ->
          CodebookBench.all().stream()
              .<Supplier<List<Measurement>>>map(shape -> () -> shape.measure(seconds))
              .toList();
      case "stages" ->
          List.of(
              new StageBench(
                      workshop.directory(),
                      images / FEWER_FOR_MEMORY,
                      Vocabeam.class.getName(),
                      heapMegabytes,
                      pipelines.runner().arguments())
                  ::measure);
      default ->
          List.of(
              new MemoryBench(
                      workshop.directory(),
                      images / FEWER_FOR_MEMORY,
                      stepsPerRound,
                      Vocabeam.class.getName(),
                      heapMegabytes,
                      pipelines.runner().arguments())
                  ::measure);
    };
  }

  /** A command of ours; what it says is not a result of this one. */
  private void run(List<String> command) {
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(pipelines.runner().arguments());
    PrintStream out = System.out;
    System.setOut(System.err);
    try {
      Vocabeam.run(arguments);
    } finally {
      System.setOut(out);
    }
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("parts", String.join(",", parts));
    settings.put("presets", String.join(",", presets));
    settings.put("precision", precision.toString());
    settings.put("device", device.name().toLowerCase(Locale.ROOT));
    settings.put("seconds", Double.toString(seconds));
    settings.put("stepsPerRound", Long.toString(stepsPerRound));
    settings.put("images", Integer.toString(images));
    settings.put("photos", photos == null ? "" : photos.toString());
    settings.put("heapMegabytes", Long.toString(heapMegabytes));
    settings.put("pipelines", String.join(" ", pipelines.runner().arguments()));
    return settings;
  }

  /** Returns the choices that were asked for, in their own order. */
  private static <T> List<T> chosen(
      String option, List<String> asked, List<T> all, Function<T, String> name) {
    List<String> names = all.stream().map(name).toList();
    for (String of : asked) {
      require(names.contains(of), option, of, "some of " + String.join(",", names));
    }
    return all.stream().filter(of -> asked.contains(name.apply(of))).toList();
  }

  private static void require(boolean valid, String option, Object actual, String allowed) {
    if (!valid) {
      throw new UserError("--" + option + " is " + actual + ", must be " + allowed);
    }
  }
}
