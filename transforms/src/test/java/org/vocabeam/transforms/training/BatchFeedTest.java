package org.vocabeam.transforms.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.op.Ops;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.training.Trainer.Batch;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.ViewSpec;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WrittenStore;
import org.vocabeam.transforms.targets.TargetRecord;
import org.vocabeam.transforms.training.EpochPlan.Group;
import org.vocabeam.transforms.worker.FeedThreads;

class BatchFeedTest {
  private static final int SIDE = 12;
  private static final int TEACHER_SIDE = SIDE + 8;
  private static final int BATCH = 4;
  private static final int IMAGES = 66; // two of three are for training: 11 batches an epoch
  private static final long WINDOW_ROWS = 9;

  @TempDir static Path directory;
  private static List<Group> groups;
  private static Recipe recipe;

  @BeforeAll
  static void write() throws IOException {
    List<ImageRecord> images = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      images.add(image("i" + i, i % 3 == 0 ? "test" : "train", SIDE, i));
    }
    StoreReader<ImageRecord> store =
        WrittenStore.of(ImageRecord.TYPE, directory, images, 1024, Map.of());
    groups = new ArrayList<>();
    long before = 0;
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<ImageRecord> rows = store.read(group)) {
        long selected = 0;
        while (rows.hasNext()) {
          selected += rows.next().split().equals("train") ? 1 : 0;
        }
        groups.add(new Group(group, "group" + group.index(), before, selected));
        before += selected;
      }
    }
    assertTrue(groups.size() > 5, "row groups: " + groups.size());
    ObjectNode tree =
        (ObjectNode)
            Methods.toTree(
                Methods.recipe(
                    "obow",
                    Preset.SMALL,
                    new Task(
                        new ImageShape(TEACHER_SIDE, TEACHER_SIDE, 1),
                        new Normalisation(new float[] {0.3f}, new float[] {0.4f}),
                        44,
                        100,
                        3)));
    tree.put("batchSize", BATCH);
    ((ObjectNode) tree.get("images")).put("height", SIDE).put("width", SIDE);
    recipe = Methods.recipe(tree);
  }

  private static ImageRecord image(String id, String split, int side, int value) {
    byte[] pixels = new byte[side * side];
    Arrays.fill(pixels, (byte) value);
    return new ImageRecord(id, null, split, side, side, 1, ImageRecord.RAW, pixels);
  }

  private static Assignment assignment(
      @Nullable String split, List<Group> of, int replica, int replicas, long first, long steps) {
    EpochPlan plan = new EpochPlan(of, recipe.seed(), replicas, WINDOW_ROWS);
    return new Assignment(
        recipe,
        null,
        replica,
        first,
        steps,
        split,
        null,
        null,
        plan.windows(replica, first * BATCH, steps * BATCH));
  }

  private static Assignment training(long first, long steps) {
    return assignment("train", groups, 0, 1, first, steps);
  }

  private record Seen(String id, long epoch, byte pixel) {}

  private static byte[] pixels(Batch batch) {
    // Images of one level, whose cuts have that level too.
    ByteBuffer teacher = batch.views().pixels("teacher");
    byte[] pixels = new byte[teacher.remaining()];
    teacher.get(pixels);
    return pixels;
  }

  private static List<Seen> read(Assignment assignment) {
    List<Seen> seen = new ArrayList<>();
    forEachBatch(
        assignment,
        batch -> {
          assertEquals(BATCH, batch.size());
          int bytes = pixels(batch).length / BATCH;
          assertEquals(TEACHER_SIDE * TEACHER_SIDE, bytes);
          for (int i = 0; i < BATCH; i++) {
            byte[] pixels = Arrays.copyOfRange(pixels(batch), i * bytes, (i + 1) * bytes);
            byte[] same = new byte[bytes];
            Arrays.fill(same, pixels[0]);
            assertArrayEquals(same, pixels);
            seen.add(new Seen(batch.ids()[i], batch.epochs()[i], pixels[0]));
          }
        });
    assertEquals(assignment.steps() * BATCH, seen.size());
    return seen;
  }

  private static void forEachBatch(Assignment assignment, Consumer<Batch> use) {
    forEachBatch(assignment, 2, use);
  }

  private static void forEachBatch(Assignment assignment, int threads, Consumer<Batch> use) {
    try (BatchFeed batches = new BatchFeed(assignment, new FeedThreads(threads))) {
      for (long step = 0; step < assignment.steps(); step++) {
        batches.next(
            batch -> {
              use.accept(batch);
              return null;
            });
      }
    }
  }

  @Test
  void halvesAreTheWhole() {
    List<Seen> whole = read(training(0, 30));
    for (long split : new long[] {1, 7, 11, 23}) {
      List<Seen> halves = new ArrayList<>(read(training(0, split)));
      halves.addAll(read(training(split, 30 - split)));
      assertEquals(whole, halves, "split at " + split);
    }
  }

  @Test
  void anEpochIsEveryImageOfTheSplitOnceInAnOrderOfItsOwn() {
    List<Seen> two = read(training(0, 22));
    List<String> first = two.subList(0, 44).stream().map(Seen::id).toList();
    List<String> second = two.subList(44, 88).stream().map(Seen::id).toList();
    Set<String> train = new HashSet<>();
    for (int i = 0; i < IMAGES; i++) {
      if (i % 3 != 0) {
        train.add("i" + i);
      }
    }
    assertEquals(train, new HashSet<>(first));
    assertEquals(train, new HashSet<>(second));
    assertNotEquals(first, second);
    for (int i = 0; i < two.size(); i++) {
      assertEquals(i / 44, two.get(i).epoch());
      assertEquals("i" + two.get(i).pixel(), two.get(i).id(), "pixels and id belong together");
    }
    assertNotEquals(first, first.stream().sorted().toList());
  }

  @Test
  void imagesOfAWindowAreShuffledAcrossItsRowGroups() {
    // With one window for all, neighbours in the stream come from all over the store.
    EpochPlan plan = new EpochPlan(groups, recipe.seed(), 1, 1000);
    Assignment all =
        new Assignment(recipe, null, 0, 0, 11, "train", null, null, plan.windows(0, 0, 44));
    List<String> byGroups = read(training(0, 11)).stream().map(Seen::id).toList();
    List<String> byWindow = read(all).stream().map(Seen::id).toList();
    assertNotEquals(byGroups, byWindow);
    assertEquals(new HashSet<>(byGroups), new HashSet<>(byWindow));
  }

  @Test
  void allSplitsWhenNoneIsNamed() {
    List<Group> all =
        groups.stream().map(g -> new Group(g.rows(), g.name(), 0, g.rows().rows())).toList();
    Set<String> seen = new HashSet<>();
    read(assignment(null, all, 0, 1, 0, 16)).forEach(s -> seen.add(s.id()));
    assertEquals(64, seen.size());
    assertTrue(seen.stream().anyMatch(id -> Integer.parseInt(id.substring(1)) % 3 == 0));
  }

  @Test
  void replicasSeeDifferentImages() {
    Set<String> zero = new HashSet<>();
    read(assignment("train", groups, 0, 2, 0, 4)).forEach(s -> zero.add(s.id()));
    read(assignment("train", groups, 1, 2, 0, 4)).forEach(s -> assertFalse(zero.contains(s.id())));
  }

  /** OBoW that would be fed with targets, one word for every image. */
  private record WithTargets(Method of, int targetWords, List<String> classes) implements Method {
    @Override
    public String name() {
      return "with-targets";
    }

    @Override
    public List<ViewSpec> views() {
      return of.views();
    }

    @Override
    public List<Draw> draws(Backbone backbone) {
      return of.draws(backbone);
    }

    @Override
    public Map<String, ScalarSchedule> scalars() {
      return of.scalars();
    }

    @Override
    public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
      return of.loss(tf, variables, backbone, inputs);
    }

    @Override
    public void check(Backbone backbone, int batchSize) {}
  }

  private static Recipe withTargets(int words) {
    return withTargets(words, List.of());
  }

  private static Recipe withTargets(int words, List<String> classes) {
    return new Recipe(
        new WithTargets(recipe.method(), words, classes),
        recipe.backbone(),
        recipe.images(),
        recipe.normalisation(),
        recipe.batchSize(),
        recipe.optimizer(),
        recipe.schedule(),
        recipe.steps(),
        recipe.seed(),
        recipe.collapseThreshold(),
        recipe.microBatches(),
        recipe.precision());
  }

  /** Image i has word i, and word IMAGES with the other half. */
  private static void writeTargets(Path to, long rowGroupBytes) throws IOException {
    List<TargetRecord> targets = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      if (i % 3 != 0) {
        targets.add(new TargetRecord("i" + i, List.of(i, IMAGES), List.of(0.5f, 0.5f)));
      }
    }
    WrittenStore.of(TargetRecord.TYPE, to, targets, rowGroupBytes, Map.of());
  }

  private static Assignment on(Recipe withTargets, Assignment assignment, Path targets) {
    return new Assignment(
        withTargets,
        assignment.start(),
        assignment.replica(),
        assignment.firstStep(),
        assignment.steps(),
        assignment.split(),
        targets.toString(),
        null,
        assignment.windows());
  }

  @Test
  void everyImageComesWithItsOwnTarget(@TempDir Path temporary) throws IOException {
    int words = IMAGES + 1;
    for (long rowGroupBytes : new long[] {1024, 1 << 20}) {
      Path targets = temporary.resolve("targets" + rowGroupBytes);
      writeTargets(targets, rowGroupBytes);
      for (int replica = 0; replica < 2; replica++) {
        forEachBatch(
            on(withTargets(words), assignment("train", groups, replica, 2, 3, 12), targets),
            batch -> {
              assertEquals(BATCH * words, batch.targets().length);
              float[] expected = new float[BATCH * words];
              for (int i = 0; i < BATCH; i++) {
                expected[i * words + Integer.parseInt(batch.ids()[i].substring(1))] = 0.5f;
                expected[i * words + IMAGES] = 0.5f;
              }
              assertArrayEquals(expected, batch.targets());
            });
      }
    }
  }

  @Test
  void targetsOfAnotherSplitAreRefused(@TempDir Path temporary) throws IOException {
    writeTargets(temporary, 1024);
    List<Group> all = new ArrayList<>();
    for (Group group : groups) {
      all.add(new Group(group.rows(), group.name(), group.rows().firstRow(), group.rows().rows()));
    }
    Assignment wrong = on(withTargets(IMAGES + 1), assignment(null, all, 0, 1, 0, 16), temporary);
    UserError error = assertThrows(UserError.class, () -> forEachBatch(wrong, batch -> {}));
    assertTrue(error.getMessage().contains("its targets were not made of"), error.getMessage());
  }

  /** An image without label is in a batch of a method with classes, and a mistake elsewhere. */
  @Test
  void emptyTargetsAreOfMethodsWithClasses(@TempDir Path temporary) throws IOException {
    List<TargetRecord> targets = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      if (i % 3 != 0) {
        targets.add(new TargetRecord("i" + i, List.of(), List.of()));
      }
    }
    WrittenStore.of(TargetRecord.TYPE, temporary, targets, 1024, Map.of());
    Assignment assignment = assignment("train", groups, 0, 1, 0, 1);
    Recipe labelled = withTargets(2, List.of("no", "yes"));
    forEachBatch(
        on(labelled, assignment, temporary),
        batch -> assertArrayEquals(new float[BATCH * 2], batch.targets()));

    Assignment wrong = on(withTargets(2), assignment, temporary);
    UserError error = assertThrows(UserError.class, () -> forEachBatch(wrong, batch -> {}));
    assertTrue(
        error.getMessage().matches("the target of 'i\\d+' is empty, .*"), error.getMessage());
  }

  /** Images of other sizes and random pixels; damaged ones have the encoding of JPEG. */
  private static Assignment random(Path to, Set<Integer> damaged) throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    List<ImageRecord> images = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      int height = random.nextInt(8, 40);
      int width = random.nextInt(8, 40);
      byte[] pixels = new byte[height * width];
      random.nextBytes(pixels);
      String encoding = damaged.contains(i) ? "jpeg" : ImageRecord.RAW;
      images.add(new ImageRecord("i" + i, null, "train", width, height, 1, encoding, pixels));
    }
    List<Group> all = new ArrayList<>();
    for (RowGroup group :
        WrittenStore.of(ImageRecord.TYPE, to, images, 1024, Map.of()).rowGroups()) {
      all.add(new Group(group, "group" + group.index(), group.firstRow(), group.rows()));
    }
    return assignment("train", all, 0, 1, 0, 40);
  }

  /** All that a step depends on. */
  private record Content(List<String> ids, List<Long> epochs, List<ByteBuffer> pixels) {
    static Content of(Batch batch) {
      return new Content(
          List.of(batch.ids()),
          Arrays.stream(batch.epochs()).boxed().toList(),
          recipe.method().views().stream()
              .map(
                  view -> {
                    ByteBuffer pixels = batch.views().pixels(view.name());
                    return ByteBuffer.allocate(pixels.remaining()).put(pixels).flip();
                  })
              .toList());
    }
  }

  private static List<Content> contents(Assignment assignment, int threads) {
    List<Content> contents = new ArrayList<>();
    forEachBatch(assignment, threads, batch -> contents.add(Content.of(batch)));
    return contents;
  }

  @Test
  void batchesDoNotDependOnTheNumberOfThreads(@TempDir Path temporary) throws IOException {
    Assignment assignment = random(temporary, Set.of());
    List<Content> one = contents(assignment, 1);
    assertEquals(40, new HashSet<>(one).size());
    assertEquals(one, contents(assignment, 2));
    assertEquals(one, contents(assignment, 7));
  }

  /** The batches before the damaged image come, and the first in the order is named. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void aDamagedImageEndsTheBatchesAtItsPlace(int threads, @TempDir Path temporary)
      throws IOException {
    List<String> ids =
        contents(random(temporary.resolve("whole"), Set.of()), 1).stream()
            .flatMap(batch -> batch.ids().stream())
            .toList();
    Set<Integer> damaged = Set.of(number(ids.get(31)), number(ids.get(33)));
    Assignment assignment = random(temporary.resolve("damaged"), damaged);
    AtomicInteger batches = new AtomicInteger();
    UserError error =
        assertThrows(
            UserError.class,
            () -> forEachBatch(assignment, threads, batch -> batches.incrementAndGet()));
    assertTrue(
        error.getMessage().startsWith("the stored image '" + ids.get(31) + "' is damaged"),
        error.getMessage());
    assertEquals(7, batches.get());
  }

  private static int number(String id) {
    return Integer.parseInt(id.substring(1));
  }

  @Test
  void noThreadOutlivesAFeed(@TempDir Path temporary) throws Exception {
    Assignment assignment = random(temporary, Set.of());
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (BatchFeed batches = new BatchFeed(assignment, new FeedThreads(3))) {
      batches.next(Batch::size);
      assertEquals(4, started(before).size(), "three for images, one that reads");
    }
    for (Thread thread : started(before)) {
      thread.join(30_000);
      assertFalse(thread.isAlive(), thread.getName());
    }
  }

  private static List<Thread> started(Set<Thread> before) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("ahead-") && !before.contains(thread))
        .toList();
  }

  @Test
  void aFeedThatWaitsCanBeInterrupted(@TempDir Path temporary) throws IOException {
    try (BatchFeed batches = new BatchFeed(random(temporary, Set.of()), new FeedThreads(2))) {
      Thread.currentThread().interrupt();
      assertThrows(IllegalStateException.class, () -> batches.next(Batch::size));
      assertTrue(Thread.interrupted(), "the thread stays interrupted");
    }
  }
}
