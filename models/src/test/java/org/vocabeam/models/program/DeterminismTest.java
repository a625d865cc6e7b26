package org.vocabeam.models.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The switch of native TensorFlow, which is the whole process's. */
final class DeterminismTest {
  @Test
  void theSwitchIsThatOfTensorFlow() {
    boolean before = Determinism.isEnabled();
    try {
      Determinism.enable(true);
      assertEquals(true, Determinism.isEnabled());
      Determinism.enable(false);
      assertEquals(false, Determinism.isEnabled());
    } finally {
      Determinism.enable(before);
    }
  }
}
