package org.vocabeam.transforms.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.transforms.store.WrittenStore;

class CheckpointTest {
  private static final Recipe RECIPE =
      Methods.recipe(
          "obow",
          Preset.SMALL,
          new Task(
              new ImageShape(28, 28, 1),
              new Normalisation(new float[] {0.3f}, new float[] {0.4f}),
              1000,
              20,
              5));
  private static final Map<String, String> PROVENANCE =
      Map.of(Checkpoint.RECIPE, Methods.toJson(RECIPE), Checkpoint.STEP, "12", "version", "x");

  @TempDir private Path directory;

  private final Map<String, float[]> state = new TreeMap<>();
  private final List<VariableChunk> chunks = new ArrayList<>();

  CheckpointTest() {
    add("student.weight", Role.TRAINED, 3, 3, 200, 200);
    add("student.bias", Role.TRAINED, 7);
    add("vocabulary", Role.QUEUE, 600, 700);
    add("vocabulary.pointer", Role.POINTER);
  }

  private void add(String name, Role role, long... shape) {
    VariableSpec spec = new VariableSpec(name, name, role, Initializer.ZEROS, shape);
    float[] values = new float[spec.size()];
    SplittableRandom random = new SplittableRandom(state.size());
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    state.put(name, values);
    chunks.addAll(VariableChunk.of(spec, values));
  }

  private void write(List<VariableChunk> rows, Map<String, String> provenance) throws IOException {
    WrittenStore.of(VariableChunk.TYPE, directory, rows, 1 << 20, provenance);
  }

  private String refused() {
    UserError error =
        assertThrows(UserError.class, () -> Checkpoint.open(directory.toString()).state());
    assertFalse(error.getMessage().contains("\n"), error.getMessage());
    return error.getMessage();
  }

  @Test
  void whatIsWrittenIsReadBack() throws Exception {
    assertTrue(chunks.size() > state.size(), "some variable has several chunks");
    write(chunks, PROVENANCE);
    Checkpoint read = Checkpoint.open(directory.toString());
    assertEquals(RECIPE, read.recipe());
    assertEquals(12, read.step());
    assertEquals(PROVENANCE, read.provenance());
    Map<String, float[]> values = read.state();
    assertEquals(state.keySet(), values.keySet());
    state.forEach((name, expected) -> assertArrayEquals(expected, values.get(name), name));
  }

  /** Neither a row group nor a footer: the file is not there. */
  @Test
  void theRecipeIsToldWithoutTheTensors() throws Exception {
    write(chunks, PROVENANCE);
    Files.delete(directory.resolve("part-00000-of-00001.parquet"));
    Checkpoint opened = Checkpoint.open(directory.toString());
    assertEquals(RECIPE, opened.recipe());
    assertEquals(12, opened.step());
    assertEquals(PROVENANCE, opened.provenance());
    assertThrows(UserError.class, opened::state);
  }

  @Test
  void aMissingChunkIsRefusedByName() throws Exception {
    write(chunks.stream().filter(c -> !c.id().equals("student.weight#0")).toList(), PROVENANCE);
    String message = refused();
    assertTrue(
        message.startsWith("variable student.weight of the checkpoint has 97856 of 360000 values"),
        message);
  }

  @Test
  void tooManyValuesAreRefused() throws Exception {
    List<VariableChunk> more = new ArrayList<>(chunks);
    VariableChunk bias = chunks.stream().filter(c -> c.variable().endsWith("bias")).toList().get(0);
    more.add(new VariableChunk("student.bias", 1, Role.TRAINED, bias.shape(), new byte[4]));
    write(more, PROVENANCE);
    assertTrue(refused().startsWith("variable student.bias of the checkpoint has 8 of 7 values"));
  }

  @Test
  void aDamagedFileIsRefused() throws Exception {
    write(chunks, PROVENANCE);
    Path file = directory.resolve("part-00000-of-00001.parquet");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);
    String message = refused();
    assertTrue(message.contains("part-00000-of-00001.parquet is damaged"), message);

    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    assertTrue(refused().contains("is missing or damaged"));
    Files.delete(file);
    assertTrue(refused().contains("is missing or damaged"));
  }

  @Test
  void anUnfinishedStoreAndAnotherStoreAreRefused() throws Exception {
    assertTrue(refused().contains("is not a complete store of checkpoint"));
    write(chunks, Map.of("version", "x"));
    assertTrue(refused().contains("says nothing of its recipe"));
  }
}
