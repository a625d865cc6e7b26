package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.views.Normalisation;

class StepMemoryTest {
  private static Task task(int side, long images) {
    float[] half = {0.5f, 0.5f, 0.5f};
    return new Task(new ImageShape(side, side, 3), new Normalisation(half, half), images, 1000, 1);
  }

  /**
   * The authors' step of 256 images takes 82 GB on a GPU in float32 (docs/gpus.md): the estimate
   * must stay below that, and says enough only if it is not far below.
   */
  @Test
  void isBelowWhatAStepTakes() {
    StepMemory obow = StepMemory.of(Methods.recipe("obow", Preset.RESNET50, task(224, 1_000_000)));
    double gigabytes = 256 * obow.deviceBytes() / 1e9;
    assertTrue(gigabytes > 8 && gigabytes < 82, "GB: " + gigabytes);
  }

  @Test
  void viewsAreCountedForBothBatches() {
    Recipe recipe = Methods.recipe("rotation", Preset.SMALL, task(16, 1000));
    StepMemory memory = StepMemory.of(recipe);
    assertEquals(ViewSource.IMAGES.bytes(recipe), memory.pixels());
    assertEquals(2 * memory.pixels(), memory.hostBytes());
  }

  @Test
  void aBatchIsHalvedUntilItFits() {
    Recipe recipe = Methods.recipe("rotation", Preset.SMALL, task(16, 1000));
    assertEquals(32, recipe.batchSize());
    assertSame(recipe, recipe.fitting(32));
    assertEquals(16, recipe.fitting(31).batchSize());
    assertEquals(2, recipe.fitting(1).batchSize());
    assertEquals(8, Methods.recipe("rotation", Preset.SMALL, task(16, 9)).batchSize());
  }
}
