package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.io.aws2.options.S3Options;
import org.apache.beam.sdk.options.PipelineOptions;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.runner.BeamOptions;
import org.vocabeam.pipelines.runner.EmbeddedFlink;
import org.vocabeam.transforms.files.S3Clients;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

class VocabeamTest {
  /** A command like the real ones that keeps the options that it would run pipelines with. */
  @Command(name = "probe", description = "Keeps its options.")
  private static final class Probe implements Callable<Integer> {
    @Option(names = "--stepsPerRound", defaultValue = "100")
    private int stepsPerRound;

    @Option(names = "--fail")
    private String fail;

    @Mixin private RunnerArguments runner;

    private PipelineOptions options;

    @Override
    public Integer call() {
      if ("user".equals(fail)) {
        throw new RuntimeException("engine", new UserError("--fail is user:\n  leave it out"));
      }
      if ("value".equals(fail)) {
        throw new UserError("loss is NaN; take fewer stepsPerRound or a lower learningRate");
      }
      if ("bug".equals(fail)) {
        throw new IllegalStateException("a bug");
      }
      options = runner.runner().options("probe-job");
      return 0;
    }
  }

  private final Probe probe = new Probe();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    CommandLine commandLine =
        Vocabeam.configured(new CommandLine(new Vocabeam()).addSubcommand("probe", probe));
    commandLine.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return commandLine.execute(arguments);
  }

  private void assertRefused(String line, String... arguments) {
    assertEquals(2, execute(arguments));
    assertEquals(line + System.lineSeparator(), err.toString());
  }

  @Test
  void objectStoresAreReachedAsAmazonsToolsDo() {
    assertEquals(0, execute("probe", "--awsRegion=eu-west-3", "--endpoint=http://minio:9000"));
    S3Options options = probe.options.as(S3Options.class);
    assertEquals("eu-west-3", options.getAwsRegion().id());
    assertEquals(URI.create("http://minio:9000"), options.getEndpoint());
    assertEquals(S3Clients.class, options.getS3ClientFactoryClass());
    assertEquals(8 << 20, options.getS3UploadBufferSizeBytes());
    assertTrue(
        BeamOptions.objectStore(Map.of("AWS_ENDPOINT_URL", "http://a"))
            .contains("--endpoint=http://a"));
    assertTrue(
        BeamOptions.objectStore(
                Map.of("AWS_ENDPOINT_URL", "http://a", "AWS_ENDPOINT_URL_S3", "http://b"))
            .contains("--endpoint=http://b"));
    assertTrue(
        BeamOptions.objectStore(Map.of()).stream().noneMatch(o -> o.startsWith("--endpoint")));
  }

  @Test
  void pathsOfThisMachineAreNoAddresses() {
    assertRefused(
        "--output is s3://bucket/photos, must be a path of this machine"
            + " (see 'vocabeam prepare-photo-id --help')",
        "prepare-photo-id",
        "--output=s3://bucket/photos");
  }

  @Test
  void pipelinesRunOnEmbeddedFlinkUnlessToldOtherwise() {
    assertEquals(0, execute("probe"));
    FlinkPipelineOptions flink = probe.options.as(FlinkPipelineOptions.class);
    assertAll(
        () -> assertEquals("FlinkRunner", flink.getRunner().getSimpleName()),
        () -> assertEquals(EmbeddedFlink.MASTER, flink.getFlinkMaster()),
        () -> assertTrue(flink.getObjectReuse()),
        () -> assertTrue(flink.getFasterCopy()),
        () -> assertEquals("probe-job", flink.getJobName()));
  }

  @Test
  void beamOptionsReachThePipeline() {
    assertEquals(
        0,
        execute(
            "probe",
            "--flinkMaster=[auto]",
            "--stepsPerRound=7",
            "--parallelism=3",
            "--objectReuse=false",
            "--tempLocation=/somewhere"));
    FlinkPipelineOptions flink = probe.options.as(FlinkPipelineOptions.class);
    assertAll(
        () -> assertEquals(7, probe.stepsPerRound),
        () -> assertEquals("[auto]", flink.getFlinkMaster()),
        () -> assertEquals(3, flink.getParallelism()),
        () -> assertFalse(flink.getObjectReuse()),
        () -> assertEquals("/somewhere", flink.getTempLocation()),
        () ->
            assertEquals(
                List.of(
                    "--flinkMaster=[auto]",
                    "--parallelism=3",
                    "--objectReuse=false",
                    "--tempLocation=/somewhere"),
                probe.runner.runner().arguments()));
  }

  @Test
  void theDirectRunnerSkipsItsChecksAndHasOneThreadUnlessMoreIsAskedFor() {
    assertEquals(0, execute("probe", "--runner=DirectRunner"));
    DirectOptions direct = probe.options.as(DirectOptions.class);
    assertFalse(direct.isEnforceEncodability());
    assertFalse(direct.isEnforceImmutability());
    assertEquals(1, direct.getTargetParallelism());
    assertEquals(
        0,
        execute(
            "probe", "--runner=DirectRunner", "--enforceImmutability", "--targetParallelism=3"));
    DirectOptions asked = probe.options.as(DirectOptions.class);
    assertTrue(asked.isEnforceImmutability());
    assertEquals(3, asked.getTargetParallelism());
  }

  @Test
  void unknownOptionsAreRefusedWithASuggestion() {
    assertRefused(
        "Unknown option --stepPerRound; did you mean --stepsPerRound? (see 'vocabeam probe --help')",
        "probe",
        "--stepPerRound=3");
  }

  @Test
  void misspeltBeamOptionsAreRefusedWithASuggestion() {
    assertRefused(
        "Unknown option --flinkmaster; did you mean --flinkMaster? (see 'vocabeam probe --help')",
        "probe",
        "--flinkmaster=[local]");
  }

  @Test
  void beamOptionsAreUnknownToCommandsWithoutPipelines() {
    assertRefused(
        "Unknown option --parallelism (see 'vocabeam prepare-photo-id --help')",
        "prepare-photo-id",
        "--parallelism=3");
  }

  @Test
  void unknownCommandsAreRefusedWithASuggestion() {
    assertRefused("Unknown command dmo; did you mean demo? (see 'vocabeam --help')", "dmo");
  }

  @Test
  void helpOnUnknownCommandsIsRefused() {
    assertRefused("Unknown command dmo; did you mean demo? (see 'vocabeam --help')", "help", "dmo");
  }

  @Test
  void valuesOfTheWrongTypeAreRefused() {
    assertRefused(
        "--stepsPerRound is x, must be a whole number (see 'vocabeam probe --help')",
        "probe",
        "--stepsPerRound=x");
  }

  @Test
  void wrongValuesOfBeamOptionsAreRefused() {
    assertEquals(2, execute("probe", "--parallelism=many"));
    assertTrue(err.toString().startsWith("Invalid --parallelism=many: "), err.toString());
    assertEquals(1, err.toString().lines().count());
  }

  @Test
  void beamOptionsGivenTwiceAreRefused() {
    assertRefused(
        "Invalid --parallelism=1 --parallelism=2: expected one element but was: <1, 2> (see"
            + " 'vocabeam probe --help')",
        "probe",
        "--parallelism=1",
        "--parallelism=2");
  }

  @Test
  void unknownRunnersAreRefused() {
    assertEquals(2, execute("probe", "--runner=Spark"));
    assertTrue(err.toString().startsWith("Invalid --runner=Spark: "), err.toString());
    assertTrue(err.toString().contains("DirectRunner, FlinkRunner"), err.toString());
  }

  @Test
  void wordsThatAreNoOptionAreRefused() {
    assertRefused(
        "Unexpected argument stray: options are written --name=value (see 'vocabeam probe --help')",
        "probe",
        "stray");
  }

  @Test
  void errorsThatTheUserCanMendAreOneLine() {
    assertEquals(1, execute("probe", "--fail=user"));
    assertEquals("--fail is user: leave it out" + System.lineSeparator(), err.toString());
  }

  /** The command has no option for the learning rate. */
  @Test
  void theCommandAddsTheOptionsOfTheValuesThatAnErrorNames() {
    assertEquals(1, execute("probe", "--fail=value"));
    assertEquals(
        "loss is NaN; take fewer stepsPerRound or a lower learningRate (see --stepsPerRound)"
            + System.lineSeparator(),
        err.toString());
  }

  @Test
  void otherFailuresTellWhereTheStackTraceIs() {
    assertEquals(1, execute("probe", "--fail=bug", "--verbose"));
    assertTrue(err.toString().contains("\tat org.vocabeam"), err.toString());
  }
}
