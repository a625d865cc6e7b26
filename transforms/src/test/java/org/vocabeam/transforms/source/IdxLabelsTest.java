package org.vocabeam.transforms.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vocabeam.transforms.image.TestImages.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;

/** Labels of IDX files as people have them. */
class IdxLabelsTest implements InputFiles {
  @TempDir private Path temporary;

  @Override
  public Path directory() {
    return temporary;
  }

  private static byte[] idx(int magic, List<Integer> shape, byte... values) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * shape.size() + values.length).putInt(magic);
    shape.forEach(file::putInt);
    return file.put(values).array();
  }

  private static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  private List<SourceImage> all(String name) {
    List<SourceImage> images = new ArrayList<>();
    open(name, SourceOptions.usual()).parts().forEach(p -> p.part().read(10_000, images::add));
    return images;
  }

  @Test
  void idxWithChannels() throws IOException {
    byte[] together = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    byte[] planes = {1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12};
    file("a/train-images-idx4-ubyte", idx(0x804, List.of(1, 2, 2, 3), together));
    file("b/train-images-idx4-ubyte", idx(0x804, List.of(1, 3, 2, 2), planes));
    for (String name : List.of("a", "b")) {
      SourceImage image = all(name).get(0);
      assertEquals(3, image.channels());
      assertEquals(2, image.width());
      assertArrayEquals(together, image.bytes());
      assertEquals("train", image.split());
      assertPart("no file of labels", warnings(name).get(0));
    }
    file("c/images-idx4-ubyte", idx(0x804, List.of(1, 2, 2, 2), new byte[8]));
    assertPart("holds 1 x 2 x 2 x 2", assertThrows(UserError.class, () -> all("c")).getMessage());
  }

  @Test
  void labelsOfQmnistAndEmnist() throws IOException {
    file("q/qmnist-train-images-idx3-ubyte.gz", gzip(idx(0x803, List.of(2, 1, 1), bytes(5, 6))));
    file(
        "q/qmnist-train-labels-idx2-int.gz",
        gzip(idx(0xC02, List.of(2, 8), ints(5, 0, 1, 2, 3, 4, 0, 0, 7, 1, 1, 1, 1, 1, 0, 0))));
    file("q/emnist-letters-test-images-idx3-ubyte", idx(0x803, List.of(1, 1, 1), bytes(9)));
    file("q/emnist-letters-test-labels-idx1-ubyte", idx(0x801, List.of(1), bytes(26)));
    file("q/x/train-images.idx3-ubyte", idx(0x803, List.of(1, 1, 1), bytes(9)));
    file("q/x/train-labels.idx1-ubyte", idx(0x801, List.of(1), bytes(200)));
    file("q/y/val-images-idx3-ubyte", idx(0x803, List.of(2, 1, 1), bytes(9, 8)));
    file("q/y/val-labels-idx1-int", idx(0xC01, List.of(2), ints(1000, -1)));
    assertEquals(
        Map.of(
            "qmnist-train-images-idx3-ubyte#00000", "train/5",
            "qmnist-train-images-idx3-ubyte#00001", "train/7",
            "emnist-letters-test-images-idx3-ubyte#00000", "test/26",
            "x/train-images.idx3-ubyte#00000", "train/200",
            "y/val-images-idx3-ubyte#00000", "val/1000",
            "y/val-images-idx3-ubyte#00001", "val/null"),
        read("q"));
    assertEquals(List.of(), warnings("q"));
    assertEquals(
        "train/7",
        read("q/qmnist-train-images-idx3-ubyte.gz").get("qmnist-train-images-idx3-ubyte#00001"));
  }
}
