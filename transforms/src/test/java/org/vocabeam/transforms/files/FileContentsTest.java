package org.vocabeam.transforms.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileContentsTest {
  @TempDir private Path directory;

  private List<String> hashes() throws IOException {
    return FileContents.hashes(StoreFiles.list(directory.toString()));
  }

  /** Values of md5sum, also over the parts' binary MD5s, which is how S3 makes an etag. */
  @Test
  void hashesAreEtags() throws IOException {
    Files.write(directory.resolve("a"), "abc".getBytes(UTF_8));
    Files.write(directory.resolve("b"), new byte[0]);
    Files.write(directory.resolve("c"), new byte[(8 << 20) - 1]);
    Files.write(directory.resolve("d"), new byte[8 << 20]);
    Files.write(directory.resolve("e"), new byte[(16 << 20) + 5]);
    assertEquals(
        List.of(
            "900150983cd24fb0d6963f7d28e17f72",
            "d41d8cd98f00b204e9800998ecf8427e",
            "637b10ce48f79f1c0cf13efa84ee1247",
            "9ed977000dc166f25a9b9ef26fb3c3fc-1",
            "fffc430818ef643e73b767fd5c2be11d-3"),
        hashes());
  }

  @Test
  void everyByteCounts() throws IOException {
    byte[] content = new byte[20 << 20];
    Files.write(directory.resolve("a"), content);
    List<String> before = hashes();
    for (int at : new int[] {0, (8 << 20) - 1, 8 << 20, 13 << 20, content.length - 1}) {
      content[at]++;
      Files.write(directory.resolve("a"), content);
      assertNotEquals(before, hashes());
      content[at]--;
    }
    Files.write(directory.resolve("a"), content);
    assertEquals(before, hashes());
  }

  @Test
  void aStampChangesWithEveryTouch() throws Exception {
    Path file = Files.write(directory.resolve("a"), new byte[1]);
    FileTime modified = Files.getLastModifiedTime(file);
    String before = FileContents.stamp(StoreFiles.list(directory.toString()));
    assertEquals(before, FileContents.stamp(StoreFiles.list(directory.toString())));
    Thread.sleep(20); // longer than a tick of the file system
    Files.write(file, new byte[] {1});
    Files.setLastModifiedTime(file, modified);
    assertNotEquals(before, FileContents.stamp(StoreFiles.list(directory.toString())));
  }
}
