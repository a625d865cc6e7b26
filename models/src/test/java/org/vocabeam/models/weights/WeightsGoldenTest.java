package org.vocabeam.models.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vocabeam.models.Golden;
import org.vocabeam.models.UserError;

/** Files of weights as people have them, broken ones and hostile ones. */
class WeightsGoldenTest {
  private static final Path FOLDER = folder();
  private static final JsonNode FILES = expected().get("files");

  /** Kind of a refusal to what its message says. */
  private static final Map<String, String> REASONS =
      Map.of(
          "header", "header",
          "offsets", "offsets",
          "duplicate", "two tensors of one name",
          "shape", "shape",
          "type", "type Q7",
          "class", "names [a-z_.]+, which is no class|whole module",
          "bounds", "outside of its storage|too few for",
          "archive",
              "damaged|lacks|cut off|checksum|big-endian|Git LFS|is empty|of the name data.pkl");

  static Path folder() {
    String given = System.getProperty("golden.dir", "");
    try {
      return given.isEmpty()
          ? Path.of(
              Objects.requireNonNull(WeightsGoldenTest.class.getResource("/golden/weights"))
                  .toURI())
          : Path.of(given, "weights");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode expected() {
    try {
      return new ObjectMapper().readTree(FOLDER.resolve("expected.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> files(String result) {
    return Golden.names(FILES).stream()
        .filter(name -> FILES.get(name).get("result").asText().equals(result))
        .toList();
  }

  static List<String> readable() {
    return files("tensors");
  }

  static List<String> refused() {
    return files("refused");
  }

  @Test
  void everyFileIsExpected() throws IOException {
    try (var listed = Files.list(FOLDER)) {
      assertEquals(
          listed
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.equals("expected.json"))
              .sorted()
              .toList(),
          Golden.names(FILES).stream().sorted().toList());
    }
  }

  @ParameterizedTest
  @MethodSource("readable")
  void tensorsAreExact(String name) {
    JsonNode expected = FILES.get(name);
    try (WeightFile file = WeightFile.open(FOLDER.resolve(name))) {
      Map<String, WeightTensor> tensors =
          file.tensors().stream().collect(Collectors.toMap(WeightTensor::name, t -> t));
      for (String tensor : Golden.names(expected.get("tensors"))) {
        assertTrue(tensors.containsKey(tensor), tensor);
        check(tensor, expected.get("tensors").get(tensor), tensors.get(tensor));
      }
      // The state of optimizers has numbers for keys and is no part of the names.
      assertEquals(expected.get("tensors").size(), tensors.size());
      JsonNode metadata = expected.path("metadata");
      for (String key : Golden.names(metadata)) {
        assertEquals(metadata.get(key).asText(), file.notes().get(key));
      }
      JsonNode other = expected.path("other");
      for (String key : Golden.names(other)) {
        if (!other.get(key).isNull()) {
          assertEquals(other.get(key).asText(), file.notes().get(key));
        }
      }
    }
  }

  private static void check(String name, JsonNode expected, WeightTensor tensor) {
    assertEquals(expected.get("dtype").asText(), tensor.type().toString(), name);
    assertEquals(
        Golden.stream(expected.get("shape")).map(JsonNode::asLong).toList(), tensor.shape(), name);
    double[] values = tensor.doubles();
    float[] floats = tensor.floats();
    for (int i = 0; i < values.length; i++) {
      assertEquals((float) values[i], floats[i], name);
    }
    double sum = Arrays.stream(values).filter(Double::isFinite).sum();
    assertEquals(expected.get("sum").asDouble(), sum, 1e-12 * Math.max(1, Math.abs(sum)), name);
    if (expected.has("non_finite")) {
      assertEquals(
          expected.get("non_finite").asInt(),
          Arrays.stream(values).filter(value -> !Double.isFinite(value)).count(),
          name);
      return;
    }
    double[] first = Golden.doubles(expected.get("first_values"));
    assertArrayEquals(first, Arrays.copyOf(values, first.length), name);
    if (values.length > 0) {
      assertEquals(expected.get("last_value").asDouble(), values[values.length - 1], name);
    }
    assertEquals(expected.get("crc32").asLong(), crc(tensor.type(), values), name);
  }

  private static long crc(WeightType type, double[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      if (type == WeightType.FLOAT64) {
        bytes.putDouble(value);
      } else if (type.isFloating()) {
        bytes.putFloat((float) value);
      } else {
        bytes.putLong((long) value);
      }
    }
    CRC32 crc = new CRC32();
    crc.update(bytes.flip());
    return crc.getValue();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void brokenAndHostileFilesAreRefusedInOneLine(String name) {
    UserError refusal =
        assertThrows(UserError.class, () -> WeightFile.open(FOLDER.resolve(name)).close());
    String message = refusal.getMessage();
    assertTrue(message.startsWith(FOLDER.resolve(name).toString()), message);
    assertEquals(1, message.lines().count(), message);
    String reason = REASONS.get(FILES.get(name).get("kind").asText());
    if (!Pattern.compile(reason).matcher(message).find()) {
      fail(message + " has not the reason " + reason);
    }
  }
}
