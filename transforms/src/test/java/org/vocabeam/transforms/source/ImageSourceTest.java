package org.vocabeam.transforms.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageFormat;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.store.WrittenStore;

/** The format of a source by its files, where several would do. */
class ImageSourceTest {
  private static final byte[] IDX = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9};

  @TempDir private Path directory;

  private void file(String name, byte... content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private void store(String name) throws IOException {
    ImageRecord image = new ImageRecord("i", null, "all", 1, 1, 1, ImageRecord.RAW, new byte[] {3});
    WrittenStore.of(ImageRecord.TYPE, directory.resolve(name), List.of(image), 1024, Map.of());
  }

  private ImageSource open(String name, SourceOptions options) {
    return ImageSource.open(directory.resolve(name).toString(), options, DecodeOptions.keep());
  }

  private String kind(String name) {
    return open(name, SourceOptions.usual()).kind();
  }

  @Test
  void oneImageMakesAFolderWhateverElseIsInIt() throws IOException {
    store("a");
    file("a/x.tar");
    file("a/images-idx3-ubyte", IDX);
    file("a/deep/x.JPEG");
    assertEquals("image folder", kind("a"));
  }

  @Test
  void idxComesBeforeTarAndTarBeforeParquet() throws IOException {
    store("a");
    file("a/x.TGZ");
    assertEquals("tar", kind("a"));
    file("a/images-idx3-ubyte", IDX);
    assertEquals("IDX", kind("a"));
  }

  @Test
  void parquetFilesAreAnImagesStoreUnlessColumnsAreNamed() throws IOException {
    store("a");
    assertEquals("images store", kind("a"));
    assertEquals("images store", kind("a/part-00000-of-00001.parquet"));
    SourceOptions column = SourceOptions.usual().columns("bytes", null, null);
    assertEquals("Parquet", open("a", column).kind());
  }

  @Test
  void filesWithoutExtensionAreAFolder() throws IOException {
    file("a/x");
    file("a/y.txt");
    assertEquals("image folder", kind("a"));
    assertEquals(2, open("a", SourceOptions.usual()).images());
  }

  @Test
  void onlyArchivesHaveSequentialParts() throws IOException {
    file("a/x.tar", new byte[100_000]);
    ImageSource tar = open("a", SourceOptions.usual());
    assertTrue(tar.sequential());
    assertEquals(4, tar.images(), "a guess: 32 KiB each");
    store("b");
    assertFalse(open("b", SourceOptions.usual()).sequential());
  }

  @Test
  void nothingToReadNamesTheFormats() {
    UserError error = assertThrows(UserError.class, () -> kind("none"));
    assertEquals(
        directory.resolve("none")
            + " is empty or not there; give one of: images store, image folder, IDX, tar, zip, table"
            + " of files, Parquet",
        error.getMessage());
  }

  @Test
  void everyFormatOfImagesIsKnownByItsNameAndItsFirstBytes() {
    assertTrue(ImageFormat.hasFileName("a/b.JPG"));
    assertTrue(ImageFormat.hasFileName("b.jpeg"));
    assertTrue(ImageFormat.hasFileName("b.Png"));
    assertFalse(ImageFormat.hasFileName("png"));
    assertFalse(ImageFormat.hasFileName("b.png.txt"));
    assertTrue(ImageFormat.of(new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF}).isPresent());
    assertTrue(ImageFormat.of(new byte[] {(byte) 0xFF, (byte) 0xD8}).isEmpty());
    byte[] png = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
    assertTrue(ImageFormat.of(png).isPresent());
    png[7] = 13;
    assertTrue(ImageFormat.of(png).isEmpty());
  }
}
