package org.vocabeam.transforms.targets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.apache.beam.sdk.testing.CoderProperties;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;

class TargetRecordTest {
  private static final TargetRecord BAG =
      new TargetRecord("a", List.of(0, 3, 4), List.of(0.5f, 0.125f, 0.375f));

  @Test
  void isTheSameAfterAvroAndCoder() throws Exception {
    assertEquals(BAG, TargetRecord.TYPE.fromAvro(TargetRecord.TYPE.toAvro(BAG)));
    CoderProperties.coderDecodeEncodeEqual(TargetRecord.TYPE.coder(), BAG);
  }

  @Test
  void fillsItsOwnRowOfAMatrix() {
    float[] rows = new float[15];
    BAG.fill(rows, 1, 5);
    assertArrayEquals(new float[] {0, 0, 0, 0, 0, .5f, 0, 0, .125f, .375f, 0, 0, 0, 0, 0}, rows);
  }

  @Test
  void wordsOutsideTheVocabularyAreRejected() {
    UserError error = assertThrows(UserError.class, () -> BAG.fill(new float[4], 0, 4));
    assertEquals(
        "the target of 'a' has word 4, and the method has words 0 to 3; assign the targets again",
        error.getMessage());
  }

  @Test
  void invalidBagsAreRejected() {
    refused("3 words and 2 weights", List.of(0, 1, 2), List.of(0.5f, 0.5f));
    refused("ascending", List.of(1, 0), List.of(0.5f, 0.5f));
    refused("ascending", List.of(1, 1), List.of(0.5f, 0.5f));
    refused("at least 0", List.of(-1), List.of(1f));
    refused("positive", List.of(0, 1), List.of(1f, 0f));
    refused("positive", List.of(0), List.of(Float.NaN));
    refused("add up to 0.5", List.of(0), List.of(0.5f));
  }

  /** An image without label has the empty bag. */
  @Test
  void theEmptyBagFillsNothing() {
    TargetRecord empty = new TargetRecord("a", List.of(), List.of());
    float[] rows = {1, 2, 3, 4};
    empty.fill(rows, 1, 2);
    assertArrayEquals(new float[] {1, 2, 3, 4}, rows);
    assertEquals(empty, TargetRecord.TYPE.fromAvro(TargetRecord.TYPE.toAvro(empty)));
  }

  private static void refused(String because, List<Integer> words, List<Float> weights) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new TargetRecord("a", words, weights))
            .getMessage();
    assertEquals(true, message.contains(because), message);
  }
}
