package org.vocabeam.pipelines.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.checkpoint.Checkpoint;

/** Runs of two replicas, whatever they are combined by. */
@Tag("slow")
class ReplicasTest {
  private static final String[] EVERYTHING = {
    "--replicaWeights=nesterov",
    "--outerMomentum=0.5",
    "--replicaMomentum=keep",
    "--replicaStatistics=estimate",
    "--statisticsBatches=2"
  };

  private static final String WEIGHT = "student.conv1.weight";

  @TempDir static Path directory;
  private static Path images;

  /** Everything is averaged. */
  private static RunDirectory mean;

  @BeforeAll
  static void train() throws IOException {
    images = SmallStore.of(directory, 60, 30);
    mean = pretrain("mean", 2, mean("--replicaWeights=mean"));
  }

  /** Pre-trains in rounds of two steps. */
  private static RunDirectory pretrain(String name, int rounds, String... options) {
    return pretrainOn("DirectRunner", name, rounds, options);
  }

  private static RunDirectory pretrainOn(
      String runner, String name, int rounds, String... options) {
    Path output = directory.resolve(name);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "pretrain",
                "--images=" + images,
                "--output=" + output,
                "--rounds=" + rounds,
                "--stepsPerRound=2",
                "--batchSize=8",
                "--words=16",
                "--learningRate=0.05",
                "--runner=" + runner));
    arguments.addAll(List.of(options));
    if (!arguments.contains("--replicas=1")) {
      arguments.add("--replicas=2");
    }
    Vocabeam.run(arguments);
    return new RunDirectory(output.toString());
  }

  private static byte[] bytes(RunDirectory run, long step) throws IOException {
    return Files.readAllBytes(Path.of(run.checkpoint(step), "part-00000-of-00001.parquet"));
  }

  private static Map<String, float[]> state(RunDirectory run, long step) {
    return Checkpoint.open(run.checkpoint(step)).state();
  }

  /** The options of a run whose replicas are averaged, but for one thing. */
  private static String[] mean(String but) {
    return Stream.of("--replicaWeights=mean", "--replicaMomentum=mean", "--replicaStatistics=mean")
        .map(o -> o.startsWith(but.substring(0, but.indexOf('=') + 1)) ? but : o)
        .toArray(String[]::new);
  }

  /** The variables that differ, or that only one has. */
  private static Set<String> differences(Map<String, float[]> one, Map<String, float[]> other) {
    Set<String> names = new TreeSet<>(one.keySet());
    names.addAll(other.keySet());
    names.removeIf(name -> Arrays.equals(one.get(name), other.get(name)));
    return names;
  }

  @Test
  void sameBytesAgainAndOnFlinkAndAfterAKill() throws IOException {
    byte[] once = bytes(pretrain("once", 3, EVERYTHING), 6);
    assertArrayEquals(once, bytes(pretrain("again", 3, EVERYTHING), 6), "the same command twice");
    RunDirectory flink = pretrainOn("FlinkRunner", "flink", 3, EVERYTHING);
    assertArrayEquals(once, bytes(flink, 6), "embedded Flink");

    // As a kill in the third round leaves it: a part without marker, and the second is the newest.
    Files.delete(Path.of(flink.checkpoint(6), "_SUCCESS"));
    byte[] second = bytes(flink, 4);
    pretrain("flink", 3, EVERYTHING);
    assertArrayEquals(once, bytes(flink, 6), "resumed");
    assertArrayEquals(second, bytes(flink, 4), "complete rounds stay");
  }

  @Test
  void anOuterStepGoesOnFromTheStartOfTheRound() {
    RunDirectory outer = pretrain("outer", 2, mean("--replicaWeights=nesterov"));
    Set<String> changed = differences(state(mean, 2), state(outer, 2));
    assertTrue(changed.remove("outer." + WEIGHT) && changed.contains(WEIGHT), changed.toString());
    changed.removeIf(name -> name.startsWith("outer."));
    assertTrue(
        changed.stream().allMatch(n -> n.matches("(student|generator)\\..*(weight|bias)")),
        "weights only: " + changed);

    // In the first round the momentum is what was moved.
    float[] means = state(mean, 2).get(WEIGHT);
    float[] moved = state(outer, 2).get(WEIGHT);
    int outputs = means.length / 9;
    float[] start =
        new VariableSpec(
                WEIGHT,
                "conv1.weight",
                Role.TRAINED,
                Initializer.heFanOut(3, outputs),
                new long[] {3, 3, 1, outputs})
            .initialValues(1);
    for (int i = 0; i < start.length; i++) {
      float delta = start[i] - means[i];
      assertEquals(start[i] - 0.7 * 1.9 * delta, moved[i], 1e-6, "weight " + i);
    }
  }

  @Test
  void momentumIsKeptAveragedOrReset() {
    RunDirectory keep = pretrain("keep", 2, mean("--replicaMomentum=keep"));
    RunDirectory reset = pretrain("reset", 2, mean("--replicaMomentum=reset"));
    String momentum = "momentum." + WEIGHT;
    assertFalse(state(reset, 2).containsKey(momentum));
    float[] zero = state(keep, 2).get("replica0." + momentum);
    float[] one = state(keep, 2).get("replica1." + momentum);
    assertFalse(Arrays.equals(zero, one), "each has its own");
    float[] both = state(mean, 2).get(momentum);
    for (int i = 0; i < zero.length; i++) {
      assertEquals((float) (((double) zero[i] + one[i]) / 2), both[i]);
    }
    for (RunDirectory other : List.of(keep, reset)) {
      assertTrue(
          differences(state(mean, 2), state(other, 2)).stream()
              .allMatch(name -> name.contains("momentum.")),
          "the first round is the same");
    }
    // The second starts from three kinds of momentum, so all go other ways.
    List<String> weights =
        Stream.of(mean, keep, reset)
            .map(run -> Arrays.toString(state(run, 4).get(WEIGHT)))
            .toList();
    assertEquals(3, weights.stream().distinct().count());
  }

  @Test
  void estimatedStatisticsAreThoseOfTheStudentAndChangeNothingElse() {
    RunDirectory estimate = pretrain("estimate", 2, mean("--replicaStatistics=estimate"));
    Set<String> changed = differences(state(mean, 4), state(estimate, 4));
    assertTrue(changed.contains("student.bn1.running_mean"), changed.toString());
    assertTrue(
        changed.stream().allMatch(n -> n.matches("student\\..*\\.running_(mean|var)")),
        "statistics only, in the second round too: " + changed);
  }

  @Test
  void whatDoesNotFitTogetherIsRefused() {
    assertEquals(
        "--outerRate is 0.7, but only --replicaWeights=nesterov has it; leave it out",
        refused("--outerRate=0.7", "--replicaWeights=mean"));
    assertEquals(
        "--statisticsBatches is 3, but only --replicaStatistics=estimate has it; leave it out",
        refused("--statisticsBatches=3", "--replicaStatistics=mean"));
    assertEquals(
        "--replicaMomentum is none, must be keep, mean or reset",
        refused("--replicaMomentum=none"));
    assertEquals(
        "outerMomentum is 1.0, must be in [0, 1)",
        refused("--replicaWeights=nesterov", "--outerMomentum=1"));
  }

  /** A single student in rounds is the continuous run; an outer step would make it another. */
  @Test
  void oneReplicaIsNotCombined() {
    assertEquals(
        "--replicaWeights is nesterov, but only several --replicas are combined; leave it out",
        refused("--replicas=1", "--replicaWeights=nesterov"));
  }

  /** Replicas are another run by what combines them. */
  @Test
  void anotherCombinationInTheSameDirectoryIsRefused() {
    pretrain("claimed", 1, "--replicaMomentum=keep");
    Throwable failure =
        assertThrows(Throwable.class, () -> pretrain("claimed", 1, "--replicaMomentum=reset"));
    String line = Failure.of(failure).line();
    assertTrue(line.contains("is a run with combination.momentum keep, and now it is reset"), line);
  }

  private static String refused(String... options) {
    Throwable failure = assertThrows(Throwable.class, () -> pretrain("refused", 1, options));
    return Failure.of(failure).line();
  }
}
