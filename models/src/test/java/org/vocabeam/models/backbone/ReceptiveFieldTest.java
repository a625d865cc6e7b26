package org.vocabeam.models.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vocabeam.models.backbone.ResNet.Block;
import org.vocabeam.models.backbone.ResNet.Stem;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Encoder;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.Normalisation;

/** The pixels that change a cell are those that the backbone says. */
class ReceptiveFieldTest {
  private static final int SIDE = 64;

  static Stream<Backbone> backbones() {
    return Stream.of(
        new ResNet(Block.BASIC, List.of(1, 1), 4, Stem.SMALL_STRIDED),
        new ResNet(Block.BASIC, List.of(2, 1), 4, Stem.SMALL),
        new ResNet(Block.BOTTLENECK, List.of(2, 1), 4, Stem.SMALL_STRIDED),
        new ResNet(Block.BASIC, List.of(1, 1), 4, Stem.IMAGENET),
        new WideResNet(/* depth= */ 10, /* widen= */ 1, List.of(1, 2, 2)));
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void aCellDependsOnItsField(Backbone backbone) {
    Task task =
        new Task(
            new ImageShape(SIDE, SIDE, 1),
            new Normalisation(new float[] {0.5f}, new float[] {0.25f}),
            10,
            10,
            3);
    Recipe preset = Methods.recipe("rotation", Preset.SMALL, task);
    Recipe recipe =
        new Recipe(
            preset.method(),
            backbone,
            preset.images(),
            preset.normalisation(),
            preset.batchSize(),
            preset.optimizer(),
            preset.schedule(),
            preset.steps(),
            preset.seed(),
            preset.collapseThreshold(),
            preset.microBatches(),
            preset.precision());
    String level = backbone.levels().get(1);
    int stride = backbone.stride(level);
    int cell = backbone.mapSide(level, SIDE) / 2;
    byte[] grey = new byte[SIDE * SIDE];
    int first = SIDE;
    int last = -1;
    try (Encoder encoder = Encoder.of(recipe, null, Pooling.cells(recipe, level), 64)) {
      // A row of pixels at a time, of many values, so that no ReLU hides all of it.
      byte[][] images = new byte[SIDE][];
      for (int row = 0; row < SIDE; row++) {
        images[row] = grey.clone();
        for (int x = 0; x < SIDE; x++) {
          images[row][row * SIDE + x] = (byte) (97 * (x + 1) * (row + 3));
        }
      }
      float[] plain = encoder.embed(List.of(grey));
      float[] changed = encoder.embed(Arrays.asList(images));
      int width = plain.length;
      int channels = backbone.channels(level);
      int side = backbone.mapSide(level, SIDE);
      for (int row = 0; row < SIDE; row++) {
        boolean differs = false;
        for (int i = cell * side * channels; i < (cell + 1) * side * channels; i++) {
          differs |= plain[i] != changed[row * width + i];
        }
        if (differs) {
          first = Math.min(first, row);
          last = Math.max(last, row);
        }
      }
    }
    int field = backbone.receptiveField(level);
    assertEquals(Math.max(0, cell * stride - field / 2), first);
    assertEquals(Math.min(SIDE - 1, cell * stride + field / 2), last);
  }
}
