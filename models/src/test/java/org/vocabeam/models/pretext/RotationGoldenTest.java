package org.vocabeam.models.pretext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Sandbox;

/** Quarter turns against {@code torch.rot90}. */
final class RotationGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("rotation_jigsaw");

  private static Tensor input(String name) {
    return Golden.tensor(GOLDEN.get("inputs").get(name)).channelsLast();
  }

  private static Tensor expected(JsonNode node) {
    return Golden.tensor(node).channelsLast();
  }

  private static void check(String name) {
    Map<String, Integer> quarters =
        Map.of("rotation_0", 0, "rotation_90", 1, "rotation_180", 2, "rotation_270", 3);
    try (Sandbox sandbox = new Sandbox()) {
      Operand<TFloat32> images = sandbox.floats(input(name));
      quarters.forEach(
          (turn, count) -> {
            Tensor expected = expected(GOLDEN.get("expected").get(name).get(turn));
            Operand<TFloat32> turned = Rotation.turned(sandbox.tf(), images, count);
            assertArrayEquals(expected.shape(), turned.shape().asArray(), turn);
            assertArrayEquals(expected.floats(), sandbox.run(sandbox.tf().identity(turned)), turn);
          });
    }
  }

  @Test
  void rectangles() {
    check("rectangle");
  }

  @Test
  void squares() {
    check("square");
  }

  @Test
  void theWholeBatchTurnByTurn() {
    JsonNode batch = GOLDEN.get("expected").get("rotation_batch");
    try (Sandbox sandbox = new Sandbox()) {
      Tensor images = input("square");
      Operand<TFloat32> turns = Rotation.allTurns(sandbox.tf(), sandbox.floats(images));
      assertArrayEquals(expected(batch.get("images_all_rotations")).floats(), sandbox.run(turns));
      double[] labels = Golden.doubles(batch.get("labels"));
      float[][] oneHot = Rotation.oneHot(images.dim(0));
      assertEquals(labels.length, oneHot.length);
      for (int row = 0; row < labels.length; row++) {
        for (int turn = 0; turn < oneHot[row].length; turn++) {
          assertEquals(turn == labels[row] ? 1 : 0, oneHot[row][turn], "row " + row);
        }
      }
    }
  }
}
