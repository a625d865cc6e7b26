package org.vocabeam.models.pretext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Sandbox;

/** Choice of permutations and shuffle of tiles, for any number and size of tiles. */
final class JigsawGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("rotation_jigsaw");
  private static final JsonNode CONFIG = GOLDEN.at("/config/jigsaw");
  private static final JsonNode EXPECTED = GOLDEN.at("/expected/jigsaw");

  private static int[][] permutations() {
    return Permutations.farthest(
        CONFIG.get("tiles").asInt(),
        CONFIG.get("permutations").asInt(),
        CONFIG.get("first_index").asInt());
  }

  @Test
  void thePermutationsThatDifferMost() {
    int[] expected = Golden.tensor(EXPECTED.get("permutations")).ints();
    int[] hamming = Golden.tensor(EXPECTED.get("hamming")).ints();
    int[][] actual = permutations();
    assertArrayEquals(expected, Arrays.stream(actual).flatMapToInt(Arrays::stream).toArray());
    for (int p = 0; p < actual.length; p++) {
      for (int q = 0; q < actual.length; q++) {
        int distance = 0;
        for (int i = 0; i < actual[p].length; i++) {
          distance += actual[p][i] == actual[q][i] ? 0 : 1;
        }
        assertEquals(hamming[p * actual.length + q], distance);
      }
    }
  }

  /** Checks that no two permutations are equal, and that the second moves every tile. */
  @Test
  void permutationsOfNineTiles() {
    int[][] taken = Permutations.farthest(Tiles.COUNT, 100, 0);
    assertEquals(100, Arrays.stream(taken).map(Arrays::toString).distinct().count());
    assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8}, taken[0]);
    for (int i = 0; i < Tiles.COUNT; i++) {
      assertEquals(false, taken[1][i] == i, "place " + i);
    }
  }

  @Test
  void theTileAtAPlaceIsThatOfThePermutation() {
    int tile = CONFIG.get("tile_size").asInt();
    Tensor image = Golden.tensor(GOLDEN.at("/inputs/jigsaw_image"));
    Tensor shuffled = Golden.tensor(EXPECTED.get("shuffled_image"));
    int[] order = permutations()[CONFIG.get("shuffle_uses_permutation").asInt()];
    try (Sandbox sandbox = new Sandbox()) {
      Operand<TFloat32> taken =
          Tiles.take(
              sandbox.tf(),
              sandbox.floats(tiles(image, tile), order.length, tile, tile, image.dim(0)),
              sandbox.ints(order, 1, order.length));
      assertArrayEquals(tiles(shuffled, tile), sandbox.run(taken));
    }
  }

  /** Tiles {@code [N, tile, tile, C]} of an image {@code [C, H, W]}, row by row. */
  private static float[] tiles(Tensor image, int tile) {
    Tensor pixels = image.transpose(1, 2, 0);
    int height = pixels.dim(0);
    int width = pixels.dim(1);
    int channels = pixels.dim(2);
    float[] tiles = new float[pixels.values().length];
    int at = 0;
    for (int top = 0; top < height; top += tile) {
      for (int left = 0; left < width; left += tile) {
        for (int y = top; y < top + tile; y++) {
          for (int i = left * channels; i < (left + tile) * channels; i++) {
            tiles[at++] = (float) pixels.values()[y * width * channels + i];
          }
        }
      }
    }
    return tiles;
  }
}
