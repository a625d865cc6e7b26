package org.vocabeam.pipelines.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.Browser;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;

/** A folder with copies inside of a split, across splits and under two labels. */
class ImagesPageTest {
  @TempDir private static Path directory;
  private static Path images;

  @BeforeAll
  static void ingest() throws IOException {
    Path folder = directory.resolve("folder");
    SmallStore.draw(folder, "train", 0, 8);
    SmallStore.draw(folder, "test", 9, 13);
    Path square = folder.resolve("train/square/0000.png");
    Files.copy(square, folder.resolve("train/square/again.png"));
    Files.copy(square, folder.resolve("test/square/leak.png"));
    Files.createDirectories(folder.resolve("train/<b>&rare"));
    Files.copy(folder.resolve("train/disc/0001.png"), folder.resolve("train/<b>&rare/x.png"));
    Files.writeString(folder.resolve("train/disc/empty.png"), "");
    Vocabeam.run(
        List.of(
            "ingest",
            "--runner=DirectRunner",
            "--input=" + folder,
            "--output=" + directory.resolve("out")));
    images = directory.resolve("out/images");
  }

  private static InspectedStore store() {
    return InspectedStore.open(images.toString());
  }

  @Test
  void countsAreThoseOfTheFolder() {
    ImageCounts counts = ImageCounts.of(store().contents().rowGroups());
    assertEquals(17, counts.images());
    assertEquals(Map.of("train", 11L, "test", 6L), counts.splits());
    assertEquals(Map.of(20, 17L), counts.shortSides());
    assertEquals(17, counts.shapes()[3]);
    assertEquals(Map.of("grey", 17L), counts.channels());
    assertEquals(Map.of("train", 1L), counts.labels().get("<b>&rare"));
    assertEquals(Map.of("train", 4L, "test", 3L), counts.labels().get("square"));
  }

  @Test
  void copiesAreFoundInsideOfASplitAndAcross() {
    EqualImages equal = EqualImages.find(store().contents().rowGroups());
    assertEquals(2, equal.groups());
    assertEquals(5, equal.images());
    assertEquals(1, equal.labels());
    assertEquals(
        Map.of("train", Map.of("train", 4L, "test", 2L), "test", Map.of("train", 1L)),
        equal.across());
    EqualImages.Group first = equal.examples().get(0);
    assertTrue(first.across());
    assertFalse(first.differs());
    assertEquals(
        List.of("test/square/leak.png", "train/square/0000.png", "train/square/again.png"),
        first.members().stream().map(EqualImages.Member::id).toList());
    assertTrue(equal.examples().get(1).differs());
  }

  @Test
  void thePageIsWholeAndAlwaysTheSame() throws IOException {
    Path page = directory.resolve("page.html");
    Vocabeam.run(List.of("inspect", images.toString(), "--rows=0", "--page=" + page));
    String html = Files.readString(page);
    assertEquals(html, ImagesPage.html(store()));
    assertTrue(html.contains("&lt;b&gt;&amp;rare"), "labels are escaped");
    assertFalse(html.contains("<b>&rare"));
    assertFalse(html.matches("(?s).*(src|href)=\"(?!data:).*"), "it fetches nothing");
    assertTrue(html.contains("<td class=\"missing\">none</td>"));
    assertTrue(html.contains("pixels of a training image"));
    assertTrue(html.contains("train/disc/empty.png"));
    assertEquals(17 + 2, html.split("<img ", -1).length - 1);
  }

  @Test
  void onlyImagesHaveAPage() {
    String rejected = directory.resolve("out/rejected").toString();
    String line =
        assertThrows(UserError.class, () -> ImagesPage.check(InspectedStore.open(rejected)))
            .getMessage();
    assertEquals(
        rejected + " is a store of rejected, and --page is for a store of images; leave it out",
        line);
  }

  @Test
  @Tag("slow")
  void aBrowserShowsIt() throws IOException {
    Path page = directory.resolve("browser.html");
    ImagesPage.write(store(), page.toString());
    try (Browser browser = Browser.start()) {
      browser.open(page);
      assertEquals(
          0L,
          browser.script(
              "return [...document.images].filter(i => !i.complete || !i.naturalWidth).length"));
      assertEquals(
          true,
          browser.script(
              "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"));
      assertEquals(4L, browser.script("return document.querySelectorAll('#labels tr').length"));
      browser.assertQuiet();
    }
  }
}
