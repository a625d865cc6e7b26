package org.vocabeam.models.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.UserError;

class NormalisationTest {
  private static final Normalisation IMAGENET =
      new Normalisation(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});

  @Test
  void everyChannelHasItsOwnMeanAndDeviation() {
    try (Sandbox sandbox = new Sandbox()) {
      Operand<TUint8> images =
          sandbox.tf().placeholder(TUint8.class, Placeholder.shape(Shape.of(1, 1, 2, 3)));
      sandbox.set(images, new byte[] {0, 0, 0, (byte) 255, (byte) 128, 51});
      assertArrayEquals(
          new float[] {
            -0.485f / 0.229f,
            -0.456f / 0.224f,
            -0.406f / 0.225f,
            (1 - 0.485f) / 0.229f,
            (128 / 255f - 0.456f) / 0.224f,
            (0.2f - 0.406f) / 0.225f
          },
          sandbox.run(IMAGENET.apply(sandbox.tf(), images)),
          2e-6f);
      Normalisation grey = new Normalisation(new float[] {0.5f}, new float[] {0.5f});
      assertThrows(IllegalArgumentException.class, () -> grey.apply(sandbox.tf(), images));
    }
  }

  @Test
  void numbersThatNoDataSetHasAreRejected() {
    assertRejected(new float[] {0.5f}, new float[] {0.5f, 0.5f}, "1 means and 2 deviations");
    assertRejected(new float[] {127}, new float[] {0.5f}, "the mean of channel 0 is 127.0");
    assertRejected(new float[] {0.5f}, new float[] {0}, "the deviation of channel 0 is 0.0");
    assertRejected(new float[] {0.5f}, new float[] {Float.NaN}, "is NaN");
  }

  private static void assertRejected(float[] mean, float[] std, String reason) {
    String message = assertThrows(UserError.class, () -> new Normalisation(mean, std)).getMessage();
    assertTrue(message.contains(reason), message);
  }

  @Test
  void equalNumbersAreEqualAlsoAfterJson() throws Exception {
    ObjectMapper json = new ObjectMapper();
    Normalisation copy = json.readValue(json.writeValueAsString(IMAGENET), Normalisation.class);
    assertEquals(IMAGENET, copy);
    assertEquals(IMAGENET.hashCode(), copy.hashCode());
    assertNotEquals(IMAGENET, new Normalisation(IMAGENET.mean(), new float[] {0.2f, 0.2f, 0.2f}));
  }
}
