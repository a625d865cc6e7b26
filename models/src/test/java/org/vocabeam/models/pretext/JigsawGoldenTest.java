package org.vocabeam.models.pretext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Sandbox;

/** The choice of permutations and the shuffle of tiles. */
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

  /** Of nine tiles: no two alike, and far from the identity. */
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
    int[] image = Golden.tensor(GOLDEN.at("/inputs/jigsaw_image")).ints();
    int[] shuffled = Golden.tensor(EXPECTED.get("shuffled_image")).ints();
    int[] order = permutations()[CONFIG.get("shuffle_uses_permutation").asInt()];
    try (Sandbox sandbox = new Sandbox()) {
      Operand<TFloat32> taken =
          Tiles.take(
              sandbox.tf(),
              sandbox.floats(tiles(image, tile), order.length, tile, tile, 1),
              sandbox.ints(order, 1, order.length));
      assertArrayEquals(tiles(shuffled, tile), sandbox.run(taken));
    }
  }

  /** The four tiles of an image, row by row. */
  private static float[] tiles(int[] image, int tile) {
    int side = 2 * tile;
    float[] tiles = new float[image.length];
    int at = 0;
    for (int t = 0; t < 4; t++) {
      for (int y = 0; y < tile; y++) {
        for (int x = 0; x < tile; x++) {
          tiles[at++] = image[(t / 2 * tile + y) * side + t % 2 * tile + x];
        }
      }
    }
    return tiles;
  }
}
