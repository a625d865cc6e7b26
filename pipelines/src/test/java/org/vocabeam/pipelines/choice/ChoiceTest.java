package org.vocabeam.pipelines.choice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;
import org.vocabeam.models.bownet.BowNet;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Method.WordMap;
import org.vocabeam.models.training.ProgramSize;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.StepMemory;
import org.vocabeam.pipelines.inputs.RecipeChoice;

class ChoiceTest {
  private static final long GB = 1L << 30;
  private static final Machine CORES = new Machine(2, 24 * GB, 0);
  private static final Machine GPU = new Machine(16, 128 * GB, 80 * GB);
  private static final List<Machine> MACHINES =
      List.of(
          CORES,
          new Machine(2, 2 * GB, 0),
          new Machine(64, 256 * GB, 0),
          new Machine(4, 16 * GB, 8 * GB),
          GPU);

  private static Recipe recipe(Situation situation, Choice choice) {
    RecipeChoice chosen = choice.applyTo(RecipeChoice.of(situation.method()));
    return chosen.recipe(situation.task(0));
  }

  /** About the sizes of a micro-batch, without authoring thousands of programs. */
  private static ProgramSize size(Recipe recipe) {
    long kept = 6L * recipe.microBatchSize() * StepMemory.of(recipe).deviceBytes();
    return new ProgramSize(200_000_000, 50_000_000, kept, kept / 50, 6);
  }

  /** All that {@code BatchCheck} checks, without its machine. */
  private static void assertAllowed(Situation situation) {
    Choice choice = Choice.of(situation, ChoiceTest::size);
    String what = situation + ", " + situation.minutes() + " minutes: " + choice.settings();
    Recipe recipe = recipe(situation, choice);
    assertTrue(recipe.method().mayRepeatImages() || recipe.batchSize() <= situation.images(), what);
    recipe
        .method()
        .wordMap(recipe.backbone())
        .ifPresent(words -> assertTrue(words.count() <= features(recipe, words, situation), what));
    if (recipe.method() instanceof BowNet bowNet) {
      assertTrue(bowNet.words() <= situation.images() * bowNet.descriptorsPerImage(), what);
    }
    StepMemory memory = StepMemory.of(recipe);
    assertTrue((double) recipe.batchSize() * memory.pixels() < Integer.MAX_VALUE, what);
    double host = (double) recipe.batchSize() * memory.hostBytes();
    double device = size(recipe).deviceBytes();
    String step = what + String.format(", views %.2f GB, step %.2f GB", host / 1e9, device / 1e9);
    Machine machine = situation.machine();
    assertTrue(host + (machine.hasGpu() ? 0 : device) <= 0.9 * machine.hostBytes(), step);
    assertTrue(device <= 0.9 * machine.deviceBytes(), step);
  }

  private static long features(Recipe recipe, WordMap words, Situation situation) {
    int shown = Math.max(recipe.images().height(), recipe.images().width());
    int side = Math.max(1, recipe.backbone().mapSide(words.level(), shown) - 2 * words.border());
    return situation.images() * side * side;
  }

  @Test
  void neverChoosesWhatIsRefused() {
    List<String> refused = new ArrayList<>();
    for (String method : Methods.names()) {
      for (long images : new long[] {10, 999, 10_000_000}) {
        for (int[] shape :
            new int[][] {
              {8, 8}, {8, 2000}, {27, 28}, {28, 28}, {45, 64}, {65, 64}, {100, 200}, {2000, 2000}
            }) {
          for (Machine machine : MACHINES) {
            for (double minutes : new double[] {0, 100_000}) {
              for (boolean one : new boolean[] {true, false}) {
                Situation situation =
                    new Situation(method, images, shape[0], shape[1], one, 3, machine, minutes);
                try {
                  assertAllowed(situation);
                } catch (UserError e) {
                  refused.add(situation + ", " + minutes + ": " + e.getMessage());
                }
              }
            }
          }
        }
      }
    }
    assertEquals(List.of(), refused);
  }

  private static List<String> chosen(
      String method, long images, int side, Machine machine, double minutes) {
    Situation situation = new Situation(method, images, side, side, true, 3, machine, minutes);
    return Choice.of(situation, ChoiceTest::size).settings().stream()
        .map(Choice.Setting::typed)
        .toList();
  }

  /** The settings that were measured on Photo-ID and Fashion-MNIST are those that are chosen. */
  @Test
  void choosesWhatWasMeasured() {
    assertEquals(
        List.of("--preset=small", "--batchSize=64", "--words=256"),
        chosen("obow", 3_430, 32, CORES, 30));
    assertEquals(List.of("--preset=small", "--batchSize=64"), chosen("dino", 60_000, 28, CORES, 2));
    assertEquals(
        List.of("--preset=resnet50", "--batchSize=256", "--words=8192"),
        chosen("obow", 1_281_167, 224, new Machine(16, 128 * GB, 141 * GB), 6_000));
  }

  @Test
  void aRowIsTakenForItsReasons() {
    assertEquals("--preset=resnet18", chosen("obow", 20_000, 256, GPU, 60).get(0));
    assertEquals("--preset=small/resnet18", chosen("obow", 20_000, 256, GPU, 59).get(0));
    assertEquals("--preset=small/vit-ti16", chosen("moca", 20_000, 256, GPU, 59).get(0));
    assertEquals("--preset=small", chosen("obow", 20_000, 256, CORES, 600).get(0));
    assertEquals(
        "small/resnet18 wants at least 2,000 minutes of one core",
        Choice.of(new Situation("obow", 20_000, 64, 64, true, 3, CORES, 600), ChoiceTest::size)
            .settings()
            .get(0)
            .reason());
  }

  @Test
  void largeImagesAreShownSmallInFewMinutes() {
    assertTrue(chosen("obow", 20_000, 256, CORES, 9).contains("--imageSize=32"));
    assertTrue(chosen("obow", 20_000, 256, CORES, 10).contains("--imageSize=64"));
    assertTrue(chosen("obow", 20_000, 8, CORES, 10).contains("--imageSize=32"));
  }
}
