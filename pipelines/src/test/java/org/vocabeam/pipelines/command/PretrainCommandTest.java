package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.training.TrainingStopped;

class PretrainCommandTest {
  @TempDir static Path directory;
  private static Path images;

  @BeforeAll
  static void draw() throws IOException {
    images = SmallStore.of(directory, 60, 30);
  }

  /** Pre-trains as a person would, with small settings for what {@code options} leave open. */
  private static Path pretrain(String name, String... options) {
    return run("pretrain", name, options);
  }

  private static Path run(String command, String name, String... options) {
    Path output = directory.resolve(name);
    List<String> arguments = new ArrayList<>(List.of(command, "--images=" + images));
    arguments.add("--output=" + output);
    arguments.addAll(List.of(options));
    for (String usual :
        List.of(
            "--batchSize=8",
            "--words=16",
            "--learningRate=0.05",
            "--stepsPerRound=2",
            "--runner=DirectRunner")) {
      String option = usual.substring(0, usual.indexOf('='));
      if (Stream.of(options).noneMatch(o -> o.startsWith(option + "="))) {
        arguments.add(usual);
      }
    }
    Vocabeam.run(arguments);
    return output;
  }

  private static byte[] checkpoint(Path run, long step) throws IOException {
    return Files.readAllBytes(checkpointOf(run, step).resolve("part-00000-of-00001.parquet"));
  }

  private static Path checkpointOf(Path run, long step) {
    return Path.of(new RunDirectory(run.toString()).checkpoint(step));
  }

  private static boolean isComplete(Path run, long step) {
    return StoreReader.isComplete(checkpointOf(run, step).toString());
  }

  @Test
  void sameBytesAgainAndInOtherRoundsAndOnFlink() throws IOException {
    byte[] once = checkpoint(pretrain("once", "--rounds=1", "--stepsPerRound=4"), 4);
    byte[] again = checkpoint(pretrain("again", "--rounds=1", "--stepsPerRound=4"), 4);
    assertArrayEquals(once, again, "the same command twice");
    byte[] rounds = checkpoint(pretrain("rounds", "--rounds=2", "--stepsPerRound=2"), 4);
    assertArrayEquals(once, rounds, "two rounds of two steps");
    byte[] flink =
        checkpoint(
            pretrain(
                "flink",
                "--rounds=2",
                "--stepsPerRound=2",
                "--runner=FlinkRunner",
                "--flinkMaster=[local]"),
            4);
    assertArrayEquals(once, flink, "embedded Flink");
    byte[] other = checkpoint(pretrain("other", "--rounds=2", "--stepsPerRound=2", "--seed=2"), 4);
    assertNotEquals(Arrays.hashCode(once), Arrays.hashCode(other), "another seed");
  }

  @Test
  void updatesAreTheRoundsOfARun() throws IOException {
    byte[] whole = checkpoint(pretrain("at-once", "--rounds=2", "--stepsPerRound=2"), 4);
    Path run = run("update", "updates", "--rounds=2", "--stepsPerRound=2");
    assertTrue(isComplete(run, 2));
    assertFalse(isComplete(run, 4), "one round");
    run("update", "updates", "--rounds=2", "--stepsPerRound=2");
    assertArrayEquals(whole, checkpoint(run, 4));
    Object time = Files.getLastModifiedTime(checkpointOf(run, 4));
    run("update", "updates", "--rounds=2", "--stepsPerRound=2");
    assertEquals(time, Files.getLastModifiedTime(checkpointOf(run, 4)));
  }

  @Test
  void whatAClaimThatWasKilledLeftIsRemoved() throws IOException {
    Path left = directory.resolve("claimed-late/run.json.92c4e471-e472-4723-b6e6-0f3ad636d511.tmp");
    Files.createDirectories(left.getParent());
    Files.writeString(left, "{");
    Path run = pretrain("claimed-late", "--rounds=1");
    assertFalse(Files.exists(left));
    assertTrue(isComplete(run, 2));
  }

  @Test
  void optionsOfGenerationsAreRefusedWithoutThem() {
    String message = refused("generations", "--generations=3");
    assertTrue(message.contains("--generations is 3, but only bownet"), message);
  }

  @Test
  void goesOnAfterTheLastCompleteRound() throws IOException {
    byte[] whole = checkpoint(pretrain("whole", "--rounds=3", "--stepsPerRound=2"), 6);
    Path run = pretrain("interrupted", "--rounds=3", "--stepsPerRound=2");
    // As a kill in the third round leaves it: a part without marker, and the second is the newest.
    Files.delete(checkpointOf(run, 6).resolve("_SUCCESS"));
    byte[] second = checkpoint(run, 4);
    pretrain("interrupted", "--rounds=3", "--stepsPerRound=2");
    assertArrayEquals(whole, checkpoint(run, 6));
    assertArrayEquals(second, checkpoint(run, 4), "complete rounds stay");
  }

  @Test
  void replicasAreDeterministicAndNotOneReplica() throws IOException {
    String[] options = {"--rounds=2", "--stepsPerRound=2", "--replicas=2"};
    byte[] two = checkpoint(pretrain("two", options), 4);
    assertArrayEquals(two, checkpoint(pretrain("two-again", options), 4));
    byte[] one = checkpoint(pretrain("one", "--rounds=2", "--stepsPerRound=2"), 4);
    assertFalse(Arrays.equals(one, two));
  }

  private static Map<String, float[]> state(Path run, long step) {
    return Checkpoint.open(new RunDirectory(run.toString()).checkpoint(step)).state();
  }

  /** At a learning rate of nothing the first step leaves the weights where they started. */
  @Test
  void startsFromTheWeightsOfAnotherRun() {
    Path first = pretrain("weights", "--rounds=1", "--stepsPerRound=2");
    Path second =
        pretrain(
            "on", "--initial=" + first, "--rounds=1", "--stepsPerRound=1", "--learningRate=1e-30");
    Map<String, float[]> before = state(first, 2);
    Map<String, float[]> after = state(second, 1);
    assertEquals(before.keySet(), after.keySet());
    int weights = 0;
    for (String variable : before.keySet()) {
      if (variable.startsWith("student.") && variable.endsWith(".weight")) {
        assertArrayEquals(before.get(variable), after.get(variable), variable);
        weights++;
      }
    }
    assertTrue(weights > 5, weights + " weights");
    Path random = pretrain("off", "--rounds=1", "--stepsPerRound=1", "--learningRate=1e-30");
    String kernel = "student.conv1.weight";
    assertFalse(Arrays.equals(before.get(kernel), state(random, 1).get(kernel)));
  }

  @Test
  void theOptimizerOfTheOtherRunIsLeftBehind() throws IOException {
    String first = RunDirectory.checkpointOf(pretrain("slow", "--rounds=1").toString());
    String fast = directory.resolve("fast").toString();
    StoreReader<VariableChunk> store = StoreReader.open(VariableChunk.TYPE, first);
    List<VariableChunk> chunks = new ArrayList<>();
    for (VariableChunk chunk : store.rows()) {
      byte[] bytes = chunk.bytes().clone();
      if (chunk.role() == VariableSpec.Role.MOMENTUM) {
        Arrays.fill(bytes, (byte) 1);
      }
      chunks.add(
          new VariableChunk(chunk.variable(), chunk.chunk(), chunk.role(), chunk.shape(), bytes));
    }
    WriteStore<VariableChunk> write =
        WriteStore.to(VariableChunk.TYPE, fast).withProvenance(store.manifest().provenance());
    write.prepare(false);
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=DirectRunner").create());
    pipeline.apply(Create.of(chunks).withCoder(VariableChunk.TYPE.coder())).apply(write);
    pipeline.run().waitUntilFinish();
    write.commit();
    Map<String, float[]> expected =
        state(pretrain("slow-on", "--initial=" + first, "--rounds=1", "--stepsPerRound=1"), 1);
    Map<String, float[]> actual =
        state(pretrain("fast-on", "--initial=" + fast, "--rounds=1", "--stepsPerRound=1"), 1);
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
  }

  @Test
  void weightsOfAnotherRecipeAreRefusedByName() {
    Path first = pretrain("recipe", "--rounds=1", "--stepsPerRound=1");
    String refused =
        refused(
            "other-recipe", "--initial=" + first, "--rounds=1", "--stepsPerRound=1", "--words=32");
    assertTrue(refused.contains("was trained with method.words 16, and now it is 32"), refused);
    String again = refused("recipe", "--initial=" + first, "--rounds=1", "--stepsPerRound=1");
    assertTrue(again.contains("which is --initial too"), again);
  }

  @Test
  void otherOptionsInTheSameDirectoryAreRefusedByName() {
    pretrain("claimed", "--rounds=1", "--stepsPerRound=1");
    String refused = refused("claimed", "--rounds=1", "--stepsPerRound=1", "--words=32");
    assertTrue(refused.contains("words 16") && refused.contains("32"), refused);
  }

  @Test
  void notANumberStopsTheRunAndKeepsTheLastCheckpoint() {
    String message = refused("nan", "--rounds=2", "--stepsPerRound=8", "--learningRate=1e30");
    assertTrue(message.contains("learningRate"), message);
    assertFalse(isComplete(directory.resolve("nan"), 8));
  }

  @Test
  void collapseStopsTheRun() {
    String[] options = {"--rounds=1", "--stepsPerRound=2", "--collapseThreshold=0.9"};
    Throwable failure = assertThrows(Throwable.class, () -> pretrain("flat", options));
    String message = TrainingStopped.in(failure).orElseThrow().getMessage();
    assertTrue(message.contains("collapse"), message);
    String line = Failure.of(failure).line();
    assertTrue(line.startsWith(message), line);
  }

  @Test
  void impossibleRecipesAreRefused() {
    assertEquals(
        "words is 20, must be a multiple of batchSize, which is 8: take 24",
        refused("words", "--words=20"));
    assertTrue(refused("maps", "--levels=layer3").contains("leaves nothing"));
    assertTrue(refused("set", "--set", "/method/wrods=8").contains("--printRecipe"));
    assertTrue(refused("split", "--split=valid").contains("test, train"));
  }

  /** The line that a person would see. */
  private static String refused(String name, String... options) {
    Throwable failure = assertThrows(Throwable.class, () -> pretrain(name, options));
    return Failure.of(failure).line();
  }
}
