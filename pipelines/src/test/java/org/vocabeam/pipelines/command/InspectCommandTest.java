package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.views.ViewsRecord;

class InspectCommandTest {
  private static final int RED = 0xFF0000;
  private static final int GREY = 0x808080;

  @TempDir private Path folder;

  /** Red squares labelled r and grey ones labelled g, of one pixel each. */
  private Path images(int count) throws IOException {
    List<ImageRecord> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean red = i % 2 == 0;
      byte[] pixels = red ? new byte[] {-1, 0, 0} : new byte[] {-128};
      rows.add(
          new ImageRecord("image" + i, red ? "r" : "g", "all", 1, 1, pixels.length, "raw", pixels));
    }
    return write(ImageRecord.TYPE, "images", rows, Map.of("command", "test"));
  }

  private <T> Path write(
      RecordType<T> type, String name, List<T> rows, Map<String, String> provenance)
      throws IOException {
    Path store = folder.resolve(name);
    WriteStore<T> write =
        WriteStore.to(type, store.toString())
            .withShards(2)
            .withRowGroupBytes(1024)
            .withProvenance(provenance);
    write.prepare(false);
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=DirectRunner").create());
    pipeline.apply(Create.of(rows).withCoder(type.coder())).apply(write);
    pipeline.run().waitUntilFinish();
    write.commit();
    return store;
  }

  /** Returns what the command prints. */
  private static String inspect(Object store, String... more) {
    List<String> arguments = new ArrayList<>(List.of("inspect", store.toString()));
    arguments.addAll(List.of(more));
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Vocabeam.run(arguments);
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static void assertHas(String part, String text) {
    assertTrue(text.contains(part), "'" + part + "' is not in:\n" + text);
  }

  private void assertRefused(String line, Object store, String... more) {
    Exception thrown = assertThrows(Exception.class, () -> inspect(store, more));
    assertEquals(new Failure(line, null), Failure.of(thrown));
  }

  @Test
  void aStoreIsSummarised() throws IOException {
    String recipe = "{\"steps\": 12, \"more\": \"" + "x".repeat(100) + "\"}";
    Path store =
        write(
            EmbeddingRecord.TYPE,
            "embeddings",
            List.of(
                new EmbeddingRecord(
                    "a picture with quite a long name in a directory.png",
                    null,
                    "all",
                    new float[] {1, 0.123456f, 3, 4}),
                new EmbeddingRecord("b", "cat", "all", new float[] {1})),
            Map.of("recipe", recipe));
    String text = inspect(store);
    assertHas("Type:        embeddings", text);
    assertHas("Rows:        2\n", text);
    assertHas("Files:       2, ", text);
    assertHas("part-00001-of-00002.parquet", text);
    assertHas("label      string, may be null", text);
    assertHas("embedding  list of float", text);
    assertHas("(" + recipe.length() + " characters; --full shows them)", text);
    assertHas("[1.000, 0.1235, 3.000, ...] 4", text);
    assertHas("a picture wit...e in a directory.png  null   all ", text);
    assertHas("\"steps\" : 12", inspect(store, "--full"));
    assertFalse(inspect(store, "--rows=0").contains("First rows"));
  }

  @Test
  void bytesAreShownAsTheirNumber() throws IOException {
    Path store =
        write(
            VariableChunk.TYPE,
            "run/checkpoints/step-000000001",
            List.of(
                new VariableChunk("weight", 0, Role.values()[0], List.of(2L, 3L), new byte[24])),
            Map.of());
    assertHas("[2, 3]  float32  24 bytes", inspect(store));
    // A run is its newest checkpoint.
    assertHas("Type:        checkpoint", inspect(folder.resolve("run")));
    assertHas("24 bytes", inspect(file(store, 0)) + inspect(file(store, 1)));
  }

  private static Path file(Path store, int shard) {
    return store.resolve(String.format("part-%05d-of-00002.parquet", shard));
  }

  @Test
  void filesOfAnotherEngineAreToldByTheirColumns() throws Exception {
    Path store = folder.resolve("duck");
    Files.createDirectories(store);
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement()) {
      sql.execute(
          "COPY (SELECT 'a' AS id, 'because' AS reason, {'x': 1, 'y': [2.5, NULL]} AS more,"
              + " DATE '2020-02-03' AS day) TO '"
              + store.resolve("any.parquet")
              + "' (FORMAT parquet)");
    }
    Files.createFile(store.resolve("_SUCCESS"));
    String text = inspect(store);
    assertHas("Type:        rejected, by its columns", text);
    assertHas("a   because  {1, [2.5, null]}  2020-02-03", text);
    assertHas("record {x int, y list of decimal", text);
    Files.delete(store.resolve("_SUCCESS"));
    assertRefused(
        store
            + " is not a complete store (it has no _SUCCESS file); if another engine has written"
            + " its files to the end, say so with: touch "
            + store
            + "/_SUCCESS",
        store);
    assertHas("Rows:        1\n", inspect(store.resolve("any.parquet")));
  }

  @Test
  void whatIsNoStoreIsSaidInOneLine() throws IOException {
    Path store = images(4);
    assertRefused(folder + " is no store, but holds some: images", folder);
    assertRefused(
        folder.resolve("none")
            + " is empty or not there; give a store, a Parquet file or a run of pretrain",
        folder.resolve("none"));
    Path notes = Files.writeString(folder.resolve("notes.txt"), "not Parquet");
    assertRefused(notes + " is missing or damaged; write the store again", notes);
    byte[] bytes = Files.readAllBytes(file(store, 0));
    Files.write(file(store, 0), java.util.Arrays.copyOf(bytes, bytes.length - 9));
    assertRefused(file(store, 0) + " is missing or damaged; write the store again", store);
  }

  /** The colours of the first pixel of every picture, by where they are on the sheet. */
  private List<Integer> drawn(Path store, String... more) throws IOException {
    Path png = folder.resolve("new/sheet.png");
    List<String> options = new ArrayList<>(List.of(more));
    options.add("--sheet=" + png);
    inspect(store, options.toArray(String[]::new));
    BufferedImage sheet = ImageIO.read(png.toFile());
    List<Integer> colours = new ArrayList<>();
    for (int y = 1; y < sheet.getHeight(); y++) {
      for (int x = 1; x < sheet.getWidth(); x++) {
        int colour = sheet.getRGB(x, y) & 0xFFFFFF;
        boolean corner =
            colour != (sheet.getRGB(x - 1, y) & 0xFFFFFF)
                && colour != (sheet.getRGB(x, y - 1) & 0xFFFFFF);
        if ((colour == RED || colour == GREY) && corner && isFilled(sheet, x, y)) {
          colours.add(colour);
        }
      }
    }
    return colours;
  }

  /** A picture of one pixel fills its box: this tells it from grey text. */
  private static boolean isFilled(BufferedImage sheet, int x, int y) {
    boolean filled = true;
    for (int i = 0; i < 144; i++) {
      filled &=
          x + i < sheet.getWidth()
              && y + i < sheet.getHeight()
              && sheet.getRGB(x, y) == sheet.getRGB(x + i, y + i);
    }
    return filled;
  }

  @Test
  void aSheetShowsThePicturesAskedFor() throws IOException {
    Path store = images(100);
    List<Integer> all = drawn(store, "--count=1000");
    assertEquals(100, all.size());
    assertEquals(50, all.stream().filter(c -> c == RED).count());
    // Ten columns of a hundred, three of nine: the first rows of the store.
    assertEquals(all.subList(0, 9), drawn(store, "--count=9"));
    List<Integer> red = drawn(store, "--label=r", "--count=5");
    assertEquals(java.util.Collections.nCopies(5, RED), red);
  }

  /** Every row is a line: two views of a grey image side by side, then two of a red one. */
  @Test
  void theViewsOfAnImageAreALine() throws IOException {
    List<ViewsRecord> rows = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      byte[] pixels = i == 0 ? new byte[] {-128} : new byte[] {-1, 0, 0};
      List<ViewsRecord.View> views = new ArrayList<>();
      for (int crop = 0; crop < 2; crop++) {
        views.add(new ViewsRecord.View("large", crop, 1, pixels.length, pixels));
      }
      rows.add(new ViewsRecord("image" + i, 3, null, "train", views));
    }
    Path store = write(ViewsRecord.TYPE, "views", rows, Map.of());
    List<Integer> colours = drawn(store);
    assertEquals(4, colours.size());
    assertEquals(colours.get(0), colours.get(1));
    assertEquals(colours.get(2), colours.get(3));
    assertHas(
        "list of record {view string, crop int, size int, channels int, bytes bytes}",
        inspect(store));
  }

  @Test
  void aSeedDrawsOtherRows() throws IOException {
    Path store = images(100);
    Path png = folder.resolve("sheet.png");
    List<String> sheets = new ArrayList<>();
    for (String seed : List.of("--seed=1", "--seed=1", "--seed=2", "--rows=0")) {
      inspect(store, "--count=16", "--sheet=" + png, seed);
      sheets.add(Files.readString(png, StandardCharsets.ISO_8859_1));
    }
    assertEquals(sheets.get(0), sheets.get(1));
    assertFalse(sheets.get(0).equals(sheets.get(2)));
    assertFalse(sheets.get(0).equals(sheets.get(3)));
  }

  @Test
  void aSheetThatCannotBeIsRefused() throws IOException {
    Path store = images(4);
    String sheet = "--sheet=" + folder.resolve("no.png");
    assertRefused("count is 0, must be at least 1", store, sheet, "--count=0");
    assertRefused("no row has the label 'b'; there are g, r", store, sheet, "--label=b");
    Path rows =
        write(
            EmbeddingRecord.TYPE,
            "embeddings",
            List.of(new EmbeddingRecord("a", null, "all", new float[1])),
            Map.of());
    assertRefused(rows + " has no pictures for --sheet; stores of images, views have", rows, sheet);
    assertFalse(Files.exists(folder.resolve("no.png")));
  }
}
