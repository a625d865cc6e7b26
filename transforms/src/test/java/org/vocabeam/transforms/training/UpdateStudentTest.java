package org.vocabeam.transforms.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WrittenStore;
import org.vocabeam.transforms.training.EpochPlan.Group;
import org.vocabeam.transforms.worker.Compute;
import org.vocabeam.transforms.worker.FeedThreads;

/** Rounds against steps that a trainer takes by itself. */
class UpdateStudentTest {
  private static final int SIDE = 20;
  private static final int BATCH = 4;
  private static final int STEPS = 2;
  private static final int REPLICAS = 2;

  @TempDir static Path directory;
  private static Recipe recipe;
  private static EpochPlan plan;

  @BeforeAll
  static void write() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    List<ImageRecord> images = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      byte[] pixels = new byte[SIDE * SIDE];
      random.nextBytes(pixels);
      images.add(new ImageRecord("i" + i, null, "train", SIDE, SIDE, 1, ImageRecord.RAW, pixels));
    }
    StoreReader<ImageRecord> store =
        WrittenStore.of(ImageRecord.TYPE, directory, images, 1024, Map.of());
    List<Group> groups = new ArrayList<>();
    long before = 0;
    for (RowGroup group : store.rowGroups()) {
      groups.add(new Group(group, "group" + group.index(), before, group.rows()));
      before += group.rows();
    }
    Task task =
        new Task(
            new ImageShape(SIDE, SIDE, 1),
            new Normalisation(new float[] {0.5f}, new float[] {0.3f}),
            images.size(),
            100,
            3);
    ObjectNode tree = (ObjectNode) Methods.toTree(Methods.recipe("obow", Preset.SMALL, task));
    tree.put("batchSize", BATCH);
    ((ObjectNode) tree.get("backbone")).put("width", 8);
    ((ObjectNode) tree.get("method")).put("words", 4 * BATCH);
    ((ObjectNode) tree.get("schedule")).put("warmupSteps", 0);
    recipe = Methods.recipe(tree);
    plan = new EpochPlan(groups, recipe.seed(), REPLICAS, 1000);
  }

  private static Assignment assignment(int replica, Recipe of) {
    return new Assignment(
        of,
        null,
        replica,
        0,
        STEPS,
        "train",
        null,
        null,
        plan.windows(replica, 0, (long) STEPS * BATCH));
  }

  private static List<Assignment> assignments(Recipe of) {
    return IntStream.range(0, REPLICAS).mapToObj(replica -> assignment(replica, of)).toList();
  }

  /** Chunks of every replica by their id, and what its steps report. */
  private static Map<String, List<KV<Integer, VariableChunk>>> alone(List<StepMetric> metrics) {
    Map<String, List<KV<Integer, VariableChunk>>> chunks = new LinkedHashMap<>();
    for (int replica = 0; replica < REPLICAS; replica++) {
      try (BatchFeed batches = new BatchFeed(assignment(replica, recipe), new FeedThreads(1));
          Trainer trainer = Trainer.of(recipe)) {
        for (long i = 0; i < STEPS; i++) {
          long step = i;
          float[] values = batches.next(batch -> trainer.step(step, batch));
          for (int m = 0; m < values.length; m++) {
            metrics.add(new StepMetric(step, replica, trainer.metrics().get(m), values[m]));
          }
        }
        Map<String, float[]> state = trainer.state();
        int number = replica;
        trainer
            .variables()
            .forEach(
                spec ->
                    VariableChunk.of(spec, state.get(spec.name()))
                        .forEach(
                            chunk ->
                                chunks
                                    .computeIfAbsent(chunk.id(), id -> new ArrayList<>())
                                    .add(KV.of(number, chunk))));
      }
    }
    return chunks;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void aRoundIsTheCombinationOfWhatEveryReplicaTrainsAlone(int threads) {
    List<StepMetric> metrics = new ArrayList<>();
    Map<String, List<KV<Integer, VariableChunk>>> alone = alone(metrics);
    List<VariableChunk> combined = alone.values().stream().map(CombineReplicas::combined).toList();
    assertTrue(combined.size() > 50, "variables: " + combined.size());
    assertTrue(
        alone.get("student.conv1.weight#0").stream().map(KV::getValue).distinct().count() > 1,
        "replicas see different images");

    Pipeline pipeline = Pipeline.create();
    PCollectionTuple updated =
        pipeline.apply(
            UpdateStudent.of(assignments(recipe))
                .on(new Compute(DeviceChoice.CPU, new FeedThreads(threads), false)));
    PAssert.that(updated.get(UpdateStudent.CHECKPOINT)).containsInAnyOrder(combined);
    PAssert.that(updated.get(UpdateStudent.STEPS)).containsInAnyOrder(metrics);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void aCollapseStopsTheRun() throws InterruptedException {
    ObjectNode tree = (ObjectNode) Methods.toTree(recipe);
    Recipe strict = Methods.recipe(tree.put("collapseThreshold", 0.9));
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(UpdateStudent.of(assignments(strict)));
    Throwable failure = assertThrows(Throwable.class, () -> pipeline.run().waitUntilFinish());
    String message = TrainingStopped.in(failure).orElseThrow().getMessage();
    assertTrue(
        message.matches(
            "collapse: embedding_std is 0\\.\\d+ at step 0 of replica [01], below"
                + " collapseThreshold, which is 0\\.9; the checkpoint before this round is kept; lower"
                + " learningRate or add warmupSteps, and bring teacherDecay nearer to 1 in a new run"),
        message);
    assertNoFeedIsLeft();
  }

  private static String stopped(Precision precision, float loss, float scale) {
    Recipe of =
        Methods.recipe(
            ((ObjectNode) Methods.toTree(recipe)).putPOJO("precision", precision).toString());
    StepReport report =
        new StepReport(1, 7, List.of(Loss.LOSS, Loss.LOSS_SCALE), new float[] {loss, scale}, 0, 0);
    return assertThrows(TrainingStopped.class, () -> UpdateStudent.check(of, report)).getMessage();
  }

  /** The scale of the loss repairs gradients, and not the forward pass. */
  @Test
  void aLossThatIsNotFiniteStopsTheRunInEveryPrecision() {
    String kept = "loss is NaN at step 7 of replica 1; the checkpoint before this round is kept;";
    assertEquals(
        kept + " lower learningRate or add warmupSteps in a new run",
        stopped(Precision.BFLOAT16, Float.NaN, 1));
    assertEquals(
        kept + " lower learningRate or add warmupSteps or set precision to bfloat16 in a new run",
        stopped(Precision.FLOAT16, Float.NaN, 32768));
  }

  @Test
  void gradientsThatNoScaleMakesFiniteStopTheRun() {
    assertEquals(
        "no loss scale gives finite gradients: it is 0.5 at step 7 of replica 1; the checkpoint"
            + " before this round is kept; set precision to bfloat16 in a new run",
        stopped(Precision.FLOAT16, 2, 0.5f));
    UpdateStudent.check(
        recipe,
        new StepReport(1, 7, List.of(Loss.LOSS, Loss.LOSS_SCALE), new float[] {2, 1}, 0, 0));
  }

  /** The replica that did not fail may end a little later. */
  private static void assertNoFeedIsLeft() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("ahead-")) {
        thread.join(60_000);
        assertFalse(thread.isAlive(), thread.getName());
      }
    }
  }

  @Test
  void anyOtherFailureDoesNotStopARun() {
    Throwable lost = new IllegalStateException(new IOException("lost"));
    assertEquals(Optional.empty(), TrainingStopped.in(lost));
  }
}
