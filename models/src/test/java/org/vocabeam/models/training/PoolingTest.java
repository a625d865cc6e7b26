package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Features;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;

class PoolingTest {
  private static final Backbone BACKBONE =
      new ResNet(ResNet.Block.BASIC, List.of(1, 1), 1, ResNet.Stem.SMALL);

  /** Pools one map {@code [N, h, w, C]}. */
  private static float[] pool(Pooling pooling, float[] values, long... shape) {
    try (Sandbox sandbox = new Sandbox()) {
      Operand<TFloat32> map = sandbox.floats(values, shape);
      Layers layers = new Layers(sandbox.tf(), sandbox.variables().scope(""), Mode.INFERENCE);
      Map<String, Features> levels =
          Map.of(pooling.levelOf(BACKBONE), Features.averaged(layers, map));
      return sandbox.run(pooling.apply(sandbox.tf(), BACKBONE, levels));
    }
  }

  private static float[] counting(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i;
    }
    return values;
  }

  @Test
  void cellsOfAnEvenMapAreItsQuarters() {
    // Two images of 4 x 4, one channel: the second is the first plus 16.
    assertArrayEquals(
        new float[] {2.5f, 4.5f, 10.5f, 12.5f, 18.5f, 20.5f, 26.5f, 28.5f},
        pool(new Pooling("layer1", 2), counting(32), 2, 4, 4, 1));
  }

  @Test
  void cellsOfAnUnevenMapOverlap() {
    assertArrayEquals(
        new float[] {2, 3, 5, 6}, pool(new Pooling("layer1", 2), counting(9), 1, 3, 3, 1));
    // 2 x 5: columns 0 to 2 and 2 to 4.
    assertArrayEquals(
        new float[] {1, 3, 6, 8}, pool(new Pooling("layer1", 2), counting(10), 1, 2, 5, 1));
    // Rows 0 to 1, 1 to 3 and 3 to 4 of 5, as PyTorch's AdaptiveAvgPool2d has them.
    float[] grid = pool(new Pooling("layer1", 3), counting(25), 1, 5, 5, 1);
    assertArrayEquals(new float[] {3, 4.5f, 6, 10.5f, 12, 13.5f, 18, 19.5f, 21}, grid);
  }

  @Test
  void featuresAreCellByCellThenChannelByChannel() {
    // 2 x 2 places of two channels: the grid of 2 is the map itself.
    assertArrayEquals(counting(8), pool(new Pooling("layer2", 2), counting(8), 1, 2, 2, 2));
    assertArrayEquals(new float[] {3, 4}, pool(Pooling.GLOBAL, counting(8), 1, 2, 2, 2));
  }

  @Test
  void theLastLevelUnlessAnotherIsNamed() {
    assertEquals("layer2", Pooling.GLOBAL.levelOf(BACKBONE));
    assertEquals(2, Pooling.GLOBAL.width(BACKBONE));
    assertEquals(9, new Pooling("layer1", 3).width(BACKBONE));
    assertEquals(
        "level is layer3, must be one of [layer1, layer2]",
        refused(() -> new Pooling("layer3", 1).levelOf(BACKBONE)));
  }

  @Test
  void gridsThatDoNotFitAreRefused() {
    assertEquals("grid is 0, must be at least 1", refused(() -> new Pooling("", 0)));
    assertEquals(
        "grid is 3, must be at most 2, the side of the map of layer1",
        refused(() -> pool(new Pooling("layer1", 3), counting(10), 1, 2, 5, 1)));
  }

  private static String refused(Runnable run) {
    return assertThrows(UserError.class, run::run).getMessage();
  }
}
