package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.views.Normalisation;

class ProgramSizeTest {
  private static Task task(int side, long images) {
    float[] half = {0.5f, 0.5f, 0.5f};
    return new Task(new ImageShape(side, side, 3), new Normalisation(half, half), images, 1000, 1);
  }

  @Test
  void aForwardPassLeavesAsMuchForEveryImage() {
    Recipe recipe = Methods.recipe("rotation", Preset.SMALL, task(16, 1000));
    ProgramSize whole = ProgramSize.of(recipe);
    ProgramSize half = ProgramSize.of(recipe.fitting(recipe.batchSize() / 2));
    assertEquals(2, (double) whole.keptBytes() / half.keptBytes(), 0.02);
    assertEquals(
        (double) half.deviceBytes(),
        whole.deviceBytes(32, 16),
        0.02 * half.deviceBytes(),
        "of 16 images");
    assertTrue(whole.keptBytes() > 32 * StepMemory.of(recipe).deviceBytes(), "less than the least");
    assertTrue(whole.stateBytes() > 2 * whole.trainedBytes(), "weights, momentum and statistics");
  }

  /** The authors' step of 256 images takes 82 GB on a GPU in float32 (docs/gpus.md). */
  @Test
  void isAboutWhatTheAuthorsStepTakes() {
    Recipe recipe = Methods.recipe("obow", Preset.RESNET50, task(224, 1_000_000));
    assertEquals(256, recipe.batchSize());
    assertEquals(82, ProgramSize.of(recipe).deviceBytes() / 1e9, 0.1 * 82);
  }
}
