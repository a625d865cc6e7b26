package org.vocabeam.transforms.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.image.TestImages.bytes;
import static org.vocabeam.transforms.image.TestImages.pngOf;
import static org.vocabeam.transforms.image.TestImages.withOrientation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageDecoder;
import org.vocabeam.transforms.image.ImageHeader;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.image.Rejection;
import org.vocabeam.transforms.image.TestImages;
import org.vocabeam.transforms.source.SourceImage;

/** {@link ReadImages} on folders and tars: exact records. */
class ReadImagesTest extends TestSources {
  @Test
  void imageFolder() throws Exception {
    file("train/cat/a.jpg", JPEG);
    file("train/dog/b.png", GREY);
    file("test/cat/c d [1].PNG", GREY);
    file("deep/er/test/dog/e.png", GREY);
    file("label/f.png", GREY);
    file("g.png", GREY);
    file("empty.jpg", new byte[0]);
    file("train/cat/notes.txt", "not an image".getBytes(StandardCharsets.UTF_8));
    file("train/cat/.DS_Store", GREY);
    file("cut.jpg", Arrays.copyOf(JPEG, JPEG.length / 2));
    file("large.png", pngOf(200, 100, 8, 0, new byte[1]));
    expect(
        source(""),
        KEEP,
        List.of(
            new ImageRecord("train/cat/a.jpg", "cat", "train", 20, 10, 3, "jpeg", JPEG),
            grey("train/dog/b.png", "dog", "train"),
            grey("test/cat/c d [1].PNG", "cat", "test"),
            grey("deep/er/test/dog/e.png", "dog", "test"),
            grey("label/f.png", "label", "all"),
            grey("g.png", null, "all")),
        Map.of(
            "empty.jpg", "no content",
            "train/cat/notes.txt", "not an image",
            "cut.jpg", "truncated JPEG",
            "large.png", "more pixels than maxPixels"));
    assertEquals("image folder", source("").kind());
  }

  @Test
  void aLayoutNamesTheDirectories() throws Exception {
    file("train/1.png", GREY);
    file("root/train/cat/2.png", GREY);
    expect(
        source("", "split"),
        KEEP,
        List.of(grey("train/1.png", null, "train"), grey("root/train/cat/2.png", null, "root")),
        Map.of());
    expect(
        source("", "*/split/label"),
        KEEP,
        List.of(grey("train/1.png", null, "all"), grey("root/train/cat/2.png", "cat", "train")),
        Map.of());
    UserError error = assertThrows(UserError.class, () -> source("", "split/class"));
    assertTrue(error.getMessage().contains("'split/class'"), error.getMessage());
    assertThrows(UserError.class, () -> source("", "label/label"));
  }

  @Test
  void oneFileIsAFolderOfOne() throws Exception {
    file("x/only.png", GREY);
    expect(source("x/only.png"), KEEP, List.of(grey("only.png", null, "all")), Map.of());
  }

  @Test
  void changedPixelsAreStoredAsPng() throws Exception {
    file("turned.jpg", withOrientation(JPEG, 6));
    file("wide.png", WIDE);
    Pixels turned = ImageDecoder.decode(JPEG, ImageHeader.read(JPEG, 1000)).orient(6);
    expect(
        source(""),
        KEEP,
        List.of(
            new ImageRecord("turned.jpg", null, "all", 10, 20, 3, "png", turned.toPng()),
            new ImageRecord(
                "wide.png",
                null,
                "all",
                2,
                1,
                1,
                "png",
                new Pixels(2, 1, 1, bytes(0, 255)).toPng())),
        Map.of());
  }

  @Test
  void coloursAndSizesOnRequest() throws Exception {
    file(
        "a.png",
        pngOf(
            4,
            2,
            8,
            2,
            TestImages.concat(
                bytes(0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0),
                bytes(0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0))));
    file("b.png", GREY);
    expect(
        source(""),
        new DecodeOptions(1, 100, "grey"),
        List.of(raw("a.png", 1, 76), raw("b.png", 1, 10)),
        Map.of());
    expect(
        source(""),
        new DecodeOptions(1, 100, "rgb"),
        List.of(raw("a.png", 3, 255, 0, 0), raw("b.png", 3, 10, 10, 10)),
        Map.of());
    Pixels tripled = new Pixels(2, 1, 3, bytes(10, 10, 10, 20, 20, 20));
    file("only/b.png", GREY);
    expect(
        source("only"),
        new DecodeOptions(0, 100, "rgb"),
        List.of(new ImageRecord("b.png", null, "all", 2, 1, 3, "png", tripled.toPng())),
        Map.of());
  }

  @Test
  void tarAndGzippedTar() throws Exception {
    byte[] tar =
        tar(
            Map.of(
                "./train/cat/a.jpg",
                JPEG,
                "b.png",
                GREY,
                "._b.png",
                GREY,
                "train/cat/" + "long".repeat(40) + ".png",
                GREY,
                "bad.jpg",
                bytes(1, 2, 3)));
    List<ImageRecord> images =
        List.of(
            new ImageRecord("train/cat/a.jpg", "cat", "train", 20, 10, 3, "jpeg", JPEG),
            grey("train/cat/" + "long".repeat(40) + ".png", "cat", "train"),
            grey("b.png", null, "all"));
    Map<String, String> rejected = Map.of("bad.jpg", "not an image", "link.png", "no content");
    file("plain.tar", tar);
    expect(source("plain.tar"), KEEP, images, rejected);
    file("packed.tgz", gzip(tar));
    expect(source("packed.tgz"), KEEP, images, rejected);
    file("both/one.tar", tar(Map.of("a/x.png", GREY)));
    file("both/two.tar.gz", gzip(tar(Map.of("a/x.png", GREY))));
    file("both/README.md", bytes(1));
    expect(
        source("both"),
        KEEP,
        List.of(grey("one.tar/a/x.png", "a", "all"), grey("two.tar.gz/a/x.png", "a", "all")),
        Map.of("one.tar/link.png", "no content", "two.tar.gz/link.png", "no content"));
  }

  @Test
  void aBrokenTarIsAnError() throws Exception {
    byte[] tar = tar(Map.of("a.png", GREY, "b.jpg", JPEG));
    file("cut.tar", Arrays.copyOf(tar, 700));
    assertUserError("cut.tar is not a whole tar", source("cut.tar"));
    file("member.tar", Arrays.copyOf(tar, 512 * 4 + 40));
    assertUserError("member.tar is not a whole tar", source("member.tar"));
    file("boundary.tar", Arrays.copyOf(tar, 512 * 4));
    assertUserError("its end is missing", source("boundary.tar"));
    file("cut.tgz", Arrays.copyOf(gzip(tar), 300));
    assertUserError("cut.tgz is not a whole tar", source("cut.tgz"));
    byte[] checksum = gzip(tar);
    checksum[checksum.length - 6] ^= 1;
    file("checksum.tgz", checksum);
    assertUserError("CRC", source("checksum.tgz"));
    file("none.tar", new byte[0]);
    assertUserError("none.tar is not a whole tar", source("none.tar"));
  }

  @Test
  void nothingToReadIsAnError() throws Exception {
    assertMessage("is empty or not there", () -> source("nowhere"));
    file("hidden/.x.png", GREY);
    assertMessage("is empty or not there", () -> source("hidden"));
  }

  @Test
  void longFilesAreNotReadToTheirEnd() throws Exception {
    byte[] file = TestImages.concat(JPEG, new byte[1000]);
    assertEquals(null, sourceImage(file, file.length).rejection());
    assertEquals(Rejection.TOO_MANY_BYTES, sourceImage(file, file.length - 1).rejection());
    assertEquals(Rejection.NOT_AN_IMAGE, sourceImage(new byte[2000], 100).rejection());
  }

  @Test
  void imagesAndRejectionsAreCounted() throws Exception {
    file("a.png", GREY);
    file("b.png", GREY);
    file("c.png", bytes(1));
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(ReadImages.from(source(""), KEEP));
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    Map<String, Long> counters = new TreeMap<>();
    for (MetricResult<Long> counter :
        result.metrics().queryMetrics(MetricsFilter.builder().build()).getCounters()) {
      counters.put(counter.getName().getName(), counter.getAttempted());
    }
    assertEquals(Map.of("images", 2L, "rejected: not an image", 1L), counters);
  }

  private static SourceImage sourceImage(byte[] file, int maxBytes) throws IOException {
    return SourceImage.file("x", null, "all", new java.io.ByteArrayInputStream(file), maxBytes);
  }
}
