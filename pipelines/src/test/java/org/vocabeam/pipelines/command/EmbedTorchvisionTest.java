package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.store.StoreReader;

/**
 * The way from files of images through an imported encoder, against PyTorch with torchvision's own
 * transforms ({@code weights/embed_torchvision.py}): PNG and JPEG, larger and smaller than the
 * encoder's view.
 */
class EmbedTorchvisionTest {
  private static Path resource(String name) throws Exception {
    URI uri =
        Objects.requireNonNull(EmbedTorchvisionTest.class.getResource("/weights/" + name)).toURI();
    return Path.of(uri);
  }

  private static void command(String... arguments) {
    Vocabeam.run(List.of(arguments));
  }

  @Test
  void featuresAreThoseOfPyTorch(@TempDir Path directory) throws Exception {
    Map<String, Map<String, float[]>> expected =
        new ObjectMapper()
            .readValue(resource("torchvision/features.json").toFile(), new TypeReference<>() {});
    Map<String, float[]> once = expected.get("rounded_once");
    Path photos = Files.createDirectory(directory.resolve("photos"));
    for (String name : once.keySet()) {
      Files.copy(resource("torchvision/" + name), photos.resolve(name));
    }
    command("ingest", "--input=" + photos, "--output=" + directory, "--runner=DirectRunner");
    command("import", resource("resnet18-tiny.pth").toString(), "--output=" + directory + "/net");
    command(
        "embed",
        "--images=" + directory.resolve("images"),
        "--checkpoint=" + directory.resolve("net"),
        "--output=" + directory.resolve("embeddings"),
        "--runner=DirectRunner");
    List<EmbeddingRecord> rows =
        StoreReader.open(EmbeddingRecord.TYPE, directory.resolve("embeddings").toString()).rows();
    assertEquals(4, rows.size());
    for (EmbeddingRecord row : rows) {
      assertArrayEquals(once.get(row.id()), row.embedding(), 1e-4f, row.id());
      // Pillow rounds pixels after each axis: a fifth of them differ by 1 of 255.
      assertArrayEquals(
          expected.get("pillow").get(row.id()), row.embedding(), 1e-3f, row.id() + ", Pillow");
    }
  }
}
