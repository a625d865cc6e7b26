package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;
import org.vocabeam.models.bownet.BagTarget;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.choice.OpenRun;
import org.vocabeam.pipelines.compare.Comparison;
import org.vocabeam.pipelines.compare.Entries;
import org.vocabeam.pipelines.inputs.ImageInput;
import org.vocabeam.pipelines.inputs.ImportChoice;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.RecipeChanges;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.registry.Gate;
import org.vocabeam.pipelines.registry.RetrainRequest;
import org.vocabeam.pipelines.run.Monitor;
import org.vocabeam.pipelines.run.PretrainRequest;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.run.SignalPlan;
import org.vocabeam.pipelines.runner.BeamOptions;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.stage.AssignStage;
import org.vocabeam.pipelines.stage.AugmentStage;
import org.vocabeam.pipelines.stage.CodebookStage;
import org.vocabeam.pipelines.stage.EmbedStage;
import org.vocabeam.pipelines.stage.Epochs;
import org.vocabeam.pipelines.stage.EvaluateStage;
import org.vocabeam.pipelines.stage.ExportStage;
import org.vocabeam.pipelines.stage.ExtractStage;
import org.vocabeam.pipelines.stage.GrowStage;
import org.vocabeam.pipelines.stage.ImportStage;
import org.vocabeam.pipelines.stage.IngestStage;
import org.vocabeam.pipelines.stage.MapStage;
import org.vocabeam.transforms.features.MapRecord;
import org.vocabeam.transforms.image.Background;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ShortSide;
import org.vocabeam.transforms.source.SourceOptions;
import org.vocabeam.transforms.worker.Compute;
import org.vocabeam.transforms.worker.FeedThreads;
import picocli.CommandLine;

/** The command line that a request prints asks for the same request: with defaults and without. */
class RequestsTest {
  private static final PoolingChoice GRID = new PoolingChoice("layer2", 3);
  private static final RoundPlan ROUNDS =
      new RoundPlan(3, 70, 2, 64, new SignalPlan(10, 2, SignalPlan.Keep.BEST, Monitor.RANKME, 3));
  private static final RecipeChoice RECIPE =
      new RecipeChoice(
          "simclr",
          "resnet18",
          7,
          48,
          RecipeChanges.NONE
              .with("--batchSize", "/batchSize", "8")
              .with(RecipeChanges.SET, "/method/temperature", "0.2"));
  private static final ImageInput INPUT =
      new ImageInput(
          "my photos",
          new SourceOptions("split/label", "/labels.csv", "picture", "file", "kind", "part"),
          new DecodeOptions(64, 1_000_000, "rgb"),
          3,
          64,
          4096,
          true);

  private static <T extends Request<?>, C> void assertSame(
      T request, Class<C> command, Function<C, T> parsed) {
    Runner runner =
        new Runner(
            "DirectRunner",
            new BeamOptions(List.of("--tempLocation=t")),
            new Compute(DeviceChoice.GPU, FeedThreads.AUTOMATIC, true));
    CommandLine subcommand =
        Vocabeam.commandLine()
            .parseArgs(request.typed(runner).arguments().toArray(String[]::new))
            .subcommand()
            .commandSpec()
            .commandLine();
    assertEquals(request, parsed.apply(command.cast(subcommand.getCommand())));
  }

  @Test
  void ofImport() {
    assertSame(
        new ImportStage("weights.pth", null, ImportChoice.USUAL, null, false),
        ImportCommand.class,
        ImportCommand::request);
    assertSame(
        new ImportStage(
            "my weights.pth",
            "runs/imported",
            new ImportChoice(
                "resnet18",
                "teacher",
                96,
                List.of(0.5f, 0.25f, 0.5f),
                List.of(0.5f, 0.5f, 0.5f),
                3,
                true),
            "MIT",
            true),
        ImportCommand.class,
        ImportCommand::request);
  }

  @Test
  void ofIngest() {
    Function<IngestCommand, Request<String>> parsed = IngestCommand::request;
    assertSame(IngestStage.of(ImageInput.of("a"), "b"), IngestCommand.class, parsed);
    assertSame(new IngestStage(INPUT, "b", true), IngestCommand.class, parsed);
    for (ShortSide shortSide :
        List.of(ShortSide.jpeg(256, 95), ShortSide.jpeg(256, 80), ShortSide.png(256))) {
      ImageInput scaled =
          INPUT.decoded(new DecodeOptions(0, shortSide, 1_000_000, "rgb", Background.BLACK));
      assertSame(new IngestStage(scaled, "b", true), IngestCommand.class, parsed);
    }
    assertSame(new GrowStage(INPUT, "b"), IngestCommand.class, parsed);
  }

  @Test
  void ofPretrain() {
    PretrainRequest usual =
        PretrainRequest.of("a", "b", RecipeChoice.of("obow"), RoundPlan.alone(4, 500));
    Function<PretrainCommand, Request<String>> parsed = command -> command.run().request();
    assertSame(usual, PretrainCommand.class, parsed);
    assertSame(
        new PretrainRequest(
            "a",
            "all",
            "b",
            RECIPE,
            ROUNDS,
            new PretrainRequest.Given("targets", "views", "initial"),
            new PretrainRequest.Teachers(3, "teacher")),
        PretrainCommand.class,
        parsed);
  }

  @Test
  void ofOpenRuns() {
    PretrainRequest given =
        PretrainRequest.of("a", "b", RecipeChoice.of("dino"), RoundPlan.alone(3, 70));
    PretrainRequest withoutLength = given.withRounds(RoundPlan.alone(4, 500));
    for (OpenRun run :
        List.of(
            new OpenRun(given, false, null),
            new OpenRun(given, true, null),
            new OpenRun(withoutLength, false, 12.5),
            new OpenRun(withoutLength, true, 30.0))) {
      assertSame(run, PretrainCommand.class, PretrainCommand::run);
    }
  }

  @Test
  void aRunOfChosenSettingsHasMinutesUnlessItsLengthIsGiven() {
    List<String> auto =
        List.of("pretrain", "--images=a", "--output=b", "--preset=auto", "--batchSize=8");
    assertEquals(OpenRun.USUAL_MINUTES, parsed(auto).minutes());
    List<String> withRounds = new ArrayList<>(auto);
    withRounds.add("--rounds=3");
    assertNull(parsed(withRounds).minutes());
    withRounds.add("--minutes=2");
    assertEquals(
        "--minutes is 2.0, must be left out beside --rounds=3",
        assertThrows(UserError.class, () -> parsed(withRounds)).getMessage());
  }

  private static OpenRun parsed(List<String> arguments) {
    Object command =
        Vocabeam.commandLine()
            .parseArgs(arguments.toArray(String[]::new))
            .subcommand()
            .commandSpec()
            .userObject();
    return ((PretrainCommand) command).run();
  }

  @Test
  void ofExtractCodebookAssign() {
    assertSame(
        new ExtractStage("a", "train", "b", "layer2", 4, 1, "c", false),
        ExtractCommand.class,
        ExtractCommand::request);
    assertSame(
        new ExtractStage("a", "all", "b", "layer2", 2, 9, "c", true),
        ExtractCommand.class,
        ExtractCommand::request);
    assertSame(
        new CodebookStage("a", "b", 2048, 50, 1e-4, 1),
        CodebookCommand.class,
        CodebookCommand::request);
    assertSame(
        new CodebookStage("a", "b", 16, 3, 0.5, 2),
        CodebookCommand.class,
        CodebookCommand::request);
    assertSame(
        new AssignStage("a", "train", "b", "c", BagTarget.Kind.HISTOGRAM, "d", false),
        AssignCommand.class,
        AssignCommand::request);
    assertSame(
        new AssignStage("a", "test", "b", "c", BagTarget.Kind.BINARY, "d", true),
        AssignCommand.class,
        AssignCommand::request);
  }

  @Test
  void ofAugmentEmbedExport() {
    assertSame(
        new AugmentStage("a", "train", "b", new Epochs(0, 0), RecipeChoice.of("obow"), false),
        AugmentCommand.class,
        AugmentCommand::request);
    assertSame(
        new AugmentStage("a", "all", "b", new Epochs(1, 3), RECIPE, true),
        AugmentCommand.class,
        AugmentCommand::request);
    assertSame(
        new EmbedStage("a", "b", "c", 0, false, PoolingChoice.GLOBAL),
        EmbedCommand.class,
        EmbedCommand::request);
    assertSame(
        new EmbedStage("a", "b", "c", 3, true, GRID), EmbedCommand.class, EmbedCommand::request);
    assertSame(
        new MapStage("a", "b", "c", false, PoolingChoice.LAST, null, MapRecord.Numbers.FLOAT16),
        EmbedCommand.class,
        EmbedCommand::request);
    assertSame(
        new MapStage("a", "b", "c", true, "layer2", 448, MapRecord.Numbers.FLOAT32),
        EmbedCommand.class,
        EmbedCommand::request);
    assertSame(
        new ExportStage("a", null, "c", PoolingChoice.GLOBAL),
        ExportCommand.class,
        ExportCommand::request);
    assertSame(new ExportStage("a", "b", "c", GRID), ExportCommand.class, ExportCommand::request);
  }

  @Test
  void ofEvaluate() {
    assertSame(EvaluateStage.of("a", "b", "c"), EvaluateCommand.class, EvaluateCommand::request);
    assertSame(
        new EvaluateStage("a", "b", "c", "x", "y", List.of(0.2, 0.5), 3, GRID, 0.25),
        EvaluateCommand.class,
        EvaluateCommand::request);
  }

  @Test
  void ofRetrain() {
    assertSame(
        RetrainRequest.of("a", ImageInput.of("b"), RoundPlan.alone(4, 500)),
        RetrainCommand.class,
        RetrainCommand::request);
    assertSame(
        new RetrainRequest(
            "a",
            INPUT,
            RetrainRequest.SCRATCH,
            RECIPE,
            ROUNDS,
            null,
            GRID,
            Gate.parse(List.of("linear>-0.5", "knn20>=70%")),
            "some",
            "others"),
        RetrainCommand.class,
        RetrainCommand::request);
    assertSame(
        new RetrainRequest(
            "a",
            INPUT,
            RetrainRequest.PROMOTED,
            RecipeChoice.of("dino"),
            new RoundPlan(4, 500, 2, 64),
            12.5,
            GRID,
            Gate.parse(List.of("linear>-0.5")),
            "some",
            "others"),
        RetrainCommand.class,
        RetrainCommand::request);
  }

  @Test
  void ofCompare() {
    assertSame(
        new Comparison(
            "a",
            "b",
            Entries.of(List.of("obow", "simclr"), "small", null),
            null,
            0.5,
            List.of(1L),
            2,
            300,
            "train",
            "test",
            PoolingChoice.GLOBAL,
            1),
        CompareCommand.class,
        CompareCommand::request);
    assertSame(
        new Comparison(
            "a",
            "b",
            Entries.of(List.of("gan"), "resnet18", 96),
            90L,
            null,
            List.of(2L, 3L),
            5,
            0,
            "x",
            "y",
            GRID,
            4),
        CompareCommand.class,
        CompareCommand::request);
  }
}
