package org.vocabeam.models.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vocabeam.models.UserError;

/** Models in several files, and files that are none. */
class WeightFileTest {
  @TempDir private Path folder;

  @BeforeEach
  void writeShards() throws IOException {
    write("one.safetensors", "a", 1, 2, 3);
    write("two.safetensors", "b", 4, 5);
  }

  private void write(String file, String name, float... values) throws IOException {
    SafetensorsWriter.write(
        folder.resolve(file),
        Map.of("format", "pt"),
        Map.of(name, new SafetensorsWriter.Tensor(List.of((long) values.length), values)));
  }

  private Path index(String weightMap) throws IOException {
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(index, "{\"metadata\": {}, \"weight_map\": " + weightMap + "}");
    return index;
  }

  @Test
  void anIndexJoinsItsFiles() throws IOException {
    Path index = index("{\"a\": \"one.safetensors\", \"b\": \"two.safetensors\"}");
    try (WeightFile file = WeightFile.open(index)) {
      assertEquals("safetensors, 2 files", file.format());
      assertArrayEquals(new float[] {1, 2, 3}, file.tensors().get(0).floats());
      assertArrayEquals(new float[] {4, 5}, file.tensors().get(1).floats());
    }
    assertEquals(
        List.of("model.safetensors.index.json", "one.safetensors", "two.safetensors"),
        WeightFile.names(index));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'a': 'three.safetensors'} | names the file three.safetensors, which is not there",
        "{'b': 'one.safetensors'} | names the tensor b, which is not in one.safetensors",
        "{'a': '../one.safetensors'} | names the file ../one.safetensors, must be a file beside it",
        "{'a': '/etc/passwd'} | names the file /etc/passwd, must be a file beside it",
        "{'a': 'model.safetensors.index.json'} | must be a file beside it",
        "{'a': 7} | names the file 7, which is not there",
        "[] | has no weight_map"
      },
      quoteCharacter = '"')
  void aWrongIndexIsRefused(String weightMap, String reason) throws IOException {
    Path index = index(weightMap.replace('\'', '"'));
    UserError refusal = assertThrows(UserError.class, () -> WeightFile.open(index).close());
    assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
  }

  @Test
  void aDamagedShardIsNamed() throws IOException {
    Files.write(folder.resolve("two.safetensors"), new byte[5]);
    Path index = index("{\"a\": \"one.safetensors\", \"b\": \"two.safetensors\"}");
    UserError refusal = assertThrows(UserError.class, () -> WeightFile.open(index).close());
    assertTrue(
        refusal.getMessage().contains("names the file two.safetensors, which has 5 bytes"),
        refusal.getMessage());
  }

  @Test
  void writtenFilesDependOnTheTensorsAlone() throws IOException {
    byte[] before = Files.readAllBytes(folder.resolve("one.safetensors"));
    write("again.safetensors", "a", 1, 2, 3);
    assertArrayEquals(before, Files.readAllBytes(folder.resolve("again.safetensors")));
    assertEquals(0, before.length % 4);
  }

  @Test
  void whatIsNoFileIsSaid() {
    assertTrue(
        assertThrows(UserError.class, () -> WeightFile.open(folder))
            .getMessage()
            .contains("is a directory"));
    assertTrue(
        assertThrows(UserError.class, () -> WeightFile.open(folder.resolve("none.pth")))
            .getMessage()
            .contains("there is no such file"));
  }
}
