package org.vocabeam.transforms.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.testing.CoderProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.transforms.store.WrittenStore;

class VariableChunkTest {
  private static final int MEGABYTE = 1 << 20;

  private static VariableSpec spec(String name, Role role, long... shape) {
    return new VariableSpec(name, name, role, Initializer.ZEROS, shape);
  }

  private static float[] counting(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i - 0.5f;
    }
    return values;
  }

  private static float[] join(List<VariableChunk> chunks) {
    float[] values = new float[chunks.stream().mapToInt(c -> c.values().length).sum()];
    int at = 0;
    for (VariableChunk chunk : chunks) {
      System.arraycopy(chunk.values(), 0, values, at, chunk.values().length);
      at += chunk.values().length;
    }
    return values;
  }

  @Test
  void aSmallVariableIsOneChunk() {
    float[] values = {1, -0f, Float.MIN_VALUE, Float.MAX_VALUE, 5, 6};
    List<VariableChunk> chunks = VariableChunk.of(spec("w", Role.TRAINED, 3, 2), values);
    assertEquals(1, chunks.size());
    assertEquals("w#0", chunks.get(0).id());
    assertEquals(List.of(3L, 2L), chunks.get(0).shape());
    assertArrayEquals(values, chunks.get(0).values());
    assertArrayEquals(
        new byte[] {0, 0, (byte) 0x80, 0x3f},
        Arrays.copyOf(chunks.get(0).bytes(), 4),
        "little-endian");
    List<VariableChunk> scalar = VariableChunk.of(spec("s", Role.POINTER), new float[] {7});
    assertEquals(List.of(), scalar.get(0).shape());
    assertArrayEquals(new float[] {7}, scalar.get(0).values());
  }

  @Test
  void noChunkIsLargerThanAMegabyteWhateverTheShape() {
    // The kernel of ResNet's last stage: one of its three rows alone would be 3 MB.
    VariableSpec kernel = spec("kernel", Role.TRAINED, 3, 3, 512, 512);
    float[] values = counting(kernel.size());
    List<VariableChunk> chunks = VariableChunk.of(kernel, values);
    assertEquals(9, chunks.size());
    chunks.forEach(c -> assertTrue(c.bytes().length <= MEGABYTE, c.id()));
    assertArrayEquals(values, join(chunks));
  }

  @Test
  void chunksOfAQueueHoldWholeSlots() {
    VariableSpec queue = spec("queue", Role.QUEUE, 1000, 700);
    float[] values = counting(queue.size());
    List<VariableChunk> chunks = VariableChunk.of(queue, values);
    assertEquals(3, chunks.size());
    for (VariableChunk chunk : chunks) {
      assertTrue(chunk.bytes().length <= MEGABYTE, chunk.id());
      assertEquals(0, chunk.values().length % 700);
      assertEquals(values[chunk.firstSlot() * 700], chunk.values()[0], "where it says it starts");
    }
    assertArrayEquals(values, join(chunks));
    VariableSpec wide = spec("wide", Role.QUEUE, 2, MEGABYTE);
    assertEquals(2, VariableChunk.of(wide, counting(wide.size())).size(), "one slot at least");
  }

  @Test
  void theCoderIsDeterministicAndKeepsEverything() throws Exception {
    VariableChunk chunk =
        VariableChunk.of(spec("w", Role.AVERAGE, 2, 2), new float[] {1, 2, Float.NaN, -0f}).get(0);
    Coder<VariableChunk> coder = VariableChunk.TYPE.coder();
    coder.verifyDeterministic();
    CoderProperties.coderDecodeEncodeEqual(coder, chunk);
    CoderProperties.coderSerializable(coder);
    assertNotEquals(chunk, chunk.withValues(new float[] {1, 2, Float.NaN, 0f}));
  }

  @Test
  void parquetGivesBackWhatWasWritten(@TempDir Path directory) throws Exception {
    VariableSpec queue = spec("queue", Role.QUEUE, 1000, 700);
    List<VariableChunk> chunks = VariableChunk.of(queue, counting(queue.size()));
    List<VariableChunk> read =
        WrittenStore.rows(
            WrittenStore.of(VariableChunk.TYPE, directory, chunks, MEGABYTE, Map.of()));
    read.sort(Comparator.comparingInt(VariableChunk::chunk));
    assertEquals(chunks, read);
  }
}
