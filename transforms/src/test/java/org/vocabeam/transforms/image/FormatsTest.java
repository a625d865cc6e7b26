package org.vocabeam.transforms.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.image.TestImages.bytes;
import static org.vocabeam.transforms.image.TestImages.concat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.models.UserError;
import org.vocabeam.models.views.Axis;
import org.vocabeam.models.views.Cut;

/** Every format beside Pillow ({@code golden/pillow_formats.py}). */
class FormatsTest {
  private static final long MAX_PIXELS = 10_000;

  private static final JsonNode GOLDEN = golden();

  private static JsonNode golden() {
    try (InputStream in = FormatsTest.class.getResourceAsStream("/golden/pillow_formats.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Recorded file. */
  record Case(String name, byte[] file, JsonNode recorded) {
    @Override
    public String toString() {
      return name;
    }

    Pixels pixels(Background background) throws IOException {
      JsonNode shared = GOLDEN.get("pixels").get(recorded.get(word(background)).asText());
      return new Pixels(
          shared.get("width").asInt(),
          shared.get("height").asInt(),
          3,
          shared.get("values").binaryValue());
    }
  }

  private static String word(Background background) {
    return background == Background.KEEP_COLOUR ? "keep" : "white";
  }

  static Stream<Case> cases() {
    return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false)
        .map(
            each -> {
              try {
                return new Case(each.get("name").asText(), each.get("file").binaryValue(), each);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
  }

  private static Pixels decode(byte[] file, Background background) throws RejectedException {
    ImageHeader header = ImageHeader.read(file, MAX_PIXELS);
    return ImageDecoder.decode(file, header, background).orient(header.orientation());
  }

  private static Rejection rejection(byte[] file) {
    return assertThrows(RejectedException.class, () -> decode(file, Background.WHITE)).rejection();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void pixelsArePillowsOrTheReasonNamesTheFormat(Case each) throws Exception {
    JsonNode reason = each.recorded.get("reason");
    if (reason != null) {
      assertEquals(reason.asText(), rejection(each.file).reason());
      return;
    }
    for (Background background : List.of(Background.WHITE, Background.KEEP_COLOUR)) {
      Pixels pixels = decode(each.file, background).toChannels(3);
      assertNear(each.pixels(background), pixels, 1, background.word());
    }
  }

  /** Checks that what is stored as it is looks the same to the decoder of parts. */
  @ParameterizedTest
  @MethodSource("cases")
  void aFileThatIsStoredAsItIsHasTheSamePixelsInParts(Case each) throws Exception {
    if (each.recorded.has("reason")) {
      return;
    }
    ImageHeader header = ImageHeader.read(each.file, MAX_PIXELS);
    boolean storable =
        header.encoding().equals(ImageRecord.JPEG) || header.encoding().equals(ImageRecord.PNG);
    assertTrue(storable || !header.plain());
    if (!header.plain() || header.orientation() > 1) {
      return;
    }
    Pixels pixels = decode(each.file, Background.WHITE);
    ImageRecord image =
        new ImageRecord(
            each.name,
            null,
            ImageRecord.NO_SPLIT,
            pixels.width(),
            pixels.height(),
            pixels.channels(),
            header.encoding(),
            each.file);
    Cut whole =
        new Cut(
            Axis.of(0, pixels.height(), pixels.height()),
            Axis.of(0, pixels.width(), pixels.width()));
    byte[] values = ImageParts.read(image, pixels.channels(), List.of(whole)).values();
    assertNear(
        pixels,
        new Pixels(pixels.width(), pixels.height(), pixels.channels(), values),
        1,
        "parts of " + each.name);
  }

  @Test
  void oddJpegsAreNotStoredAsTheyAre() throws Exception {
    List<String> plain = new ArrayList<>();
    List<String> other = new ArrayList<>();
    for (Case each : cases().filter(c -> c.name.endsWith(".jpg")).toList()) {
      if (!each.recorded.has("reason")) {
        boolean kept = ImageHeader.read(each.file, MAX_PIXELS).plain();
        (kept ? plain : other).add(each.name);
      }
    }
    assertTrue(
        plain.containsAll(
            List.of("plain.jpg", "progressive.jpg", "fill bytes.jpg", "JFIF and Adobe 0.jpg")),
        plain.toString());
    assertTrue(
        other.containsAll(
            List.of("arithmetic.jpg", "cmyk.jpg", "stray bytes.jpg", "comment of length 1.jpg")),
        other.toString());
  }

  @Test
  void blackIsBehindTransparentPixels() throws Exception {
    int transparent = 0;
    for (Case each : cases().filter(c -> !c.recorded.has("reason")).toList()) {
      byte[] white = decode(each.file, Background.WHITE).values();
      byte[] black = decode(each.file, Background.BLACK).values();
      if (!each.recorded.get("keep").equals(each.recorded.get("white"))) {
        // In front of white a pixel is lighter by as much as shines through.
        for (int i = 0; i < white.length; i++) {
          assertTrue((white[i] & 0xFF) >= (black[i] & 0xFF), each.name);
        }
        assertFalse(Arrays.equals(white, black), each.name);
        transparent++;
      } else {
        assertArrayEquals(white, black, each.name);
      }
    }
    assertTrue(transparent > 15, transparent + " with transparent pixels");
    assertEquals(40, Background.BLACK.behind(200, 51));
    assertEquals(244, Background.WHITE.behind(200, 51));
    assertEquals(200, Background.KEEP_COLOUR.behind(200, 51));
  }

  @Test
  void backgroundsAreNamed() {
    for (Background background : Background.values()) {
      assertEquals(background, Background.of(background.word()));
    }
    UserError error = assertThrows(UserError.class, () -> Background.of("grey"));
    assertEquals(
        "background: 'grey', must be one of white, black, keep-colour", error.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"avif, AVIF", "avis, AVIF", "heic, HEIC", "hevx, HEIC", "mif1, HEIC"})
  void formatsThatAreNotReadAreRejectedByName(String brand, Rejection expected) {
    byte[] start = ("ftyp" + brand).getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(expected, rejection(concat(bytes(0, 0, 0, 24), start, new byte[200])));
  }

  @Test
  void jpegXlAndDicomAreRejectedByName() {
    assertEquals(Rejection.JPEG_XL, rejection(concat(bytes(0xFF, 0x0A), new byte[20])));
    byte[] container = bytes(0, 0, 0, 12, 'J', 'X', 'L', ' ', 13, 10, 0x87, 10);
    assertEquals(Rejection.JPEG_XL, rejection(container));
    byte[] dicom = concat(new byte[128], bytes('D', 'I', 'C', 'M'), new byte[20]);
    assertEquals(Rejection.DICOM, rejection(dicom));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BMW 320d, 2 owners",
        "{\"file\": \"a.jpg\"}",
        "II. Material and methods",
        "MM",
        "GIF animations of 1998",
        "RIFF and WEBP are words",
        "P5 and P6 are 2 kinds",
        "P4 12 columns"
      })
  void textIsNotAnImage(String text) {
    byte[] file = text.getBytes(StandardCharsets.UTF_8);
    assertEquals(Rejection.NOT_AN_IMAGE, rejection(file));
    assertEquals(Optional.empty(), ImageFormat.of(file));
  }

  @Test
  void namesOfEveryFormatMakeAFolderOfImages() {
    for (String name :
        List.of(
            "a.jpg",
            "A.JPEG",
            "a.jpe",
            "a.jfif",
            "a.PNG",
            "a.webp",
            "a.tif",
            "a.TIFF",
            "a.bmp",
            "x/a.gif",
            "a.jp2",
            "a.j2k",
            "a.heic",
            "a.avif",
            "a.jxl",
            "a.dcm",
            "line\nbreak.jpg")) {
      assertTrue(ImageFormat.hasFileName(name), name);
    }
    for (String name : List.of("a.txt", "jpg", "a.jpg.txt", "a.json", "a.tar")) {
      assertFalse(ImageFormat.hasFileName(name), name);
    }
  }

  /** Compares the files of a folder with what {@code pillow_formats.py} recorded of them. */
  @Test
  @EnabledIfSystemProperty(named = "pillow.pixels", matches = ".+")
  void aFolderIsAsPillowReadsIt() throws Exception {
    List<String> differences = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("pillow.folder")))) {
      for (Path path : files.sorted().toList()) {
        for (Background background : List.of(Background.WHITE, Background.KEEP_COLOUR)) {
          Path recorded =
              Path.of(System.getProperty("pillow.pixels"))
                  .resolve(path.getFileName() + "." + word(background));
          String name = path.getFileName() + ", " + background.word();
          try {
            byte[] file = Files.readAllBytes(path);
            ImageHeader header = ImageHeader.read(file, DecodeOptions.keep().maxPixels());
            Pixels pixels =
                ImageDecoder.decode(file, header, background)
                    .orient(header.orientation())
                    .toChannels(3);
            ByteBuffer expected = ByteBuffer.wrap(Files.readAllBytes(recorded));
            byte[] values = new byte[expected.capacity() - 8];
            Pixels pillow = new Pixels(expected.getInt(), expected.getInt(), 3, values);
            expected.get(values);
            assertNear(pillow, pixels, 1, name);
          } catch (RejectedException | IOException | AssertionError e) {
            differences.add(name + ": " + e);
          }
        }
      }
    }
    assertEquals("", String.join("\n", differences));
  }

  private static void assertNear(Pixels expected, Pixels actual, int tolerance, String name) {
    assertEquals(expected.width(), actual.width(), name);
    assertEquals(expected.height(), actual.height(), name);
    assertEquals(expected.values().length, actual.values().length, name);
    for (int i = 0; i < expected.values().length; i++) {
      int difference = Math.abs((expected.values()[i] & 0xFF) - (actual.values()[i] & 0xFF));
      if (difference > tolerance) {
        throw new AssertionError(name + ": value " + i + " differs by " + difference);
      }
    }
  }
}
