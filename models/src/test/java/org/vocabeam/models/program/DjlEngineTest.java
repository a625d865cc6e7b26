package org.vocabeam.models.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.tensorflow.engine.TfNDManager;
import org.junit.jupiter.api.Test;
import org.tensorflow.internal.c_api.TFE_Context;

/** The engine of DJL is the one that has no GPU. */
final class DjlEngineTest {
  @Test
  void arraysOfDjlAreInTheContextWithoutGpus() {
    TFE_Context context = DjlEngine.start();
    assertSame(context, DjlEngine.start());
    Engine engine = Engine.getEngine("TensorFlow");
    assertEquals("TensorFlow", engine.getEngineName());
    try (NDManager manager = engine.newBaseManager()) {
      assertEquals(context.address(), ((TfNDManager) manager).getEagerSession().address());
      assertArrayEquals(
          new float[] {3, 4}, manager.create(new float[] {1, 2}).add(2).toFloatArray());
    }
  }

  @Test
  void sessionsOfTheCpuHaveNoGpu() {
    assertEquals(0, Placement.CPU.session().getDeviceCountOrThrow("GPU"));
  }
}
