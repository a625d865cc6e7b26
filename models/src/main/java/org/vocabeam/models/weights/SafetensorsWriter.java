package org.vocabeam.models.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writer of safetensors. Its bytes depend on the tensors alone, which stand in the order of their
 * names.
 */
final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final int CHUNK = 1 << 14;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A float32 tensor.
   *
   * @param values row-major
   */
  record Tensor(List<Long> shape, float[] values) {}

  private SafetensorsWriter() {}

  /**
   * Writes a file.
   *
   * @param metadata texts, of which {@code format} tells the library that the layouts belong to
   */
  static void write(Path file, Map<String, String> metadata, Map<String, Tensor> tensors)
      throws IOException {
    TreeMap<String, Tensor> sorted = new TreeMap<>(tensors);
    byte[] header = header(new TreeMap<>(metadata), sorted);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      byte[] length = new byte[Long.BYTES];
      little(length).putLong(header.length);
      out.write(length);
      out.write(header);
      for (Tensor tensor : sorted.values()) {
        for (int from = 0; from < tensor.values().length; from += CHUNK) {
          int count = Math.min(CHUNK, tensor.values().length - from);
          byte[] bytes = new byte[count * Float.BYTES];
          little(bytes).asFloatBuffer().put(tensor.values(), from, count);
          out.write(bytes);
        }
      }
    }
  }

  private static byte[] header(Map<String, String> metadata, Map<String, Tensor> tensors)
      throws IOException {
    ObjectNode header = JSON.createObjectNode();
    metadata.forEach(header.putObject("__metadata__")::put);
    long position = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      ObjectNode described = header.putObject(entry.getKey());
      described.put("dtype", WeightType.FLOAT32.safetensorsName());
      entry.getValue().shape().forEach(described.putArray("shape")::add);
      long end = position + (long) Float.BYTES * entry.getValue().values().length;
      described.putArray("data_offsets").add(position).add(end);
      position = end;
    }
    StringBuilder text = new StringBuilder(JSON.writeValueAsString(header));
    int length = text.toString().getBytes(StandardCharsets.UTF_8).length;
    text.append(" ".repeat(Math.floorMod(-length, ALIGNMENT)));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
