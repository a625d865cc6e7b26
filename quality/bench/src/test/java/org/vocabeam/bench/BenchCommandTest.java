package org.vocabeam.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.base.Throwables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.runner.Version;

/** Checks that everything is measured and reported; not how fast it is. */
class BenchCommandTest {
  @TempDir private Path directory;

  /** Runs the smallest benchmark and returns its JSON. */
  private JsonNode bench(String... options) throws IOException {
    Path output = directory.resolve("results/bench.json");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "bench",
                "--seconds=0.01",
                "--images=100",
                "--stepsPerRound=2",
                "--runner=DirectRunner",
                "--output=" + output));
    arguments.addAll(Arrays.asList(options));
    Vocabeam.run(arguments);
    return new ObjectMapper().readTree(output.toFile());
  }

  /**
   * {@code part: quantity} to unit; checks that every number is finite, and positive but shares.
   */
  private static Map<String, String> units(JsonNode report) {
    Map<String, String> units = new LinkedHashMap<>();
    for (JsonNode m : report.get("measurements")) {
      String name = m.get("part").asText() + ": " + m.get("quantity").asText();
      units.put(name, m.get("unit").asText());
      assertFalse(m.get("of").asText().isEmpty(), m.toString());
      assertTrue(m.get("value").isDouble(), m.toString());
      if (!m.get("unit").asText().equals("%")) {
        assertTrue(m.get("value").asDouble() > 0, m.toString());
      }
    }
    return units;
  }

  @Test
  void trainsOnePreset() throws IOException {
    JsonNode report = bench("--parts=train", "--presets=small-28");
    assertEquals(
        Map.of(
            "train: steps",
            "steps/s",
            "train: images",
            "images/s",
            "train: images, inputs ready",
            "images/s"),
        units(report));
    assertEquals("float32", report.at("/settings/precision").asText());
    double steps = report.get("measurements").get(0).get("value").asDouble();
    double images = report.get("measurements").get(1).get("value").asDouble();
    assertEquals(64, images / steps, 1e-9, "images of a step");
    assertTrue(report.get("machine").get("processors").asInt() > 0);
    assertTrue(report.get("machine").get("heapMegabytes").asLong() > 0);
    for (String fact : List.of("processor", "system", "jvm", "loadAverage")) {
      assertNotNull(report.get("machine").get(fact), fact);
    }
    assertTrue(report.get("machine").get("busy").isBoolean());
    assertEquals("small-28", report.get("settings").get("presets").asText());
    assertEquals(Version.read(), report.get("version").asText());
  }

  @Test
  @Tag("slow")
  void measuresThePipelines() throws IOException {
    Map<String, String> units = units(bench("--parts=embed,ingest,engine"));
    assertEquals("images/s", units.get("ingest: whole command on 100 images"));
    assertEquals("s", units.get("ingest: of it start-up"));
    assertEquals("images/s", units.get("embed: whole command on 100 images"));
    assertEquals("ms", units.get("engine: bare step: TensorFlow, inputs ready"));
    assertEquals("ms", units.get("engine: step with inputs drawn and copied"));
    assertEquals("ms", units.get("engine: step within a round"));
    assertEquals("%", units.get("engine: outside TensorFlow, of a round of 2 steps"));
    assertEquals("s", units.get("engine: a round"));
    assertEquals("s", units.get("engine: program made and loaded"));
  }

  /** Others are measured where this machine has them. */
  @Test
  @Tag("slow")
  void measuresTheDecoder() throws IOException {
    JsonNode report = bench("--parts=decode");
    Map<String, String> units = units(report);
    assertEquals(Set.of("images/s per core"), Set.copyOf(units.values()));
    List<String> ours =
        List.of(
            "decode: whole",
            "decode: resize 256, crop 256, as ingest",
            "decode: short side 256, as ingest, without encoding",
            "decode: resize 256, crop 224",
            "decode: all views of OBoW");
    assertEquals(ours, List.copyOf(units.keySet()).subList(0, ours.size()));
    for (String other : List.copyOf(units.keySet()).subList(ours.size(), units.size())) {
      assertTrue(other.matches("decode: (Pillow|torchvision): .*"), other);
    }
    assertEquals("folder synthetic-photos", report.get("measurements").get(0).get("of").asText());
  }

  /** No network: the preset of small images is not trained on photos. */
  @Test
  @Tag("slow")
  void measuresTheLineThatFeedsPhotos() throws IOException {
    JsonNode report = bench("--parts=feed", "--presets=small-28");
    assertEquals(
        Map.of("feed: images", "images/s", "feed: images by CPU time", "images/s per core"),
        units(report));
    String first = report.get("measurements").get(0).get("of").asText();
    assertEquals("line alone, views of resnet50-224, 1 threads", first);
  }

  @Test
  @Tag("slow")
  void measuresKmeansBesideTheProductOfLargeMatrices() throws IOException {
    JsonNode report = bench("--parts=codebook");
    Map<String, String> units = units(report);
    assertEquals("descriptors/s", units.get("codebook: assigned and summed"));
    assertEquals("%", units.get("codebook: share of that"));
    JsonNode m = report.get("measurements");
    assertEquals(6 * 4, m.size(), "three numbers of words, two of channels");
    assertEquals("8192 words of 512 channels", m.get(20).get("of").asText());
    double rate = m.get(20).get("value").asDouble();
    double product = m.get(22).get("value").asDouble();
    assertEquals(
        100 * 2 * 8192 * 512 * rate / 1e9 / product, m.get(23).get("value").asDouble(), 1e-6);
  }

  @Test
  @Tag("long")
  void measuresTheStagesAsTheDataSetGrows() throws IOException {
    JsonNode report = bench("--parts=stages", "--heapMegabytes=700");
    Map<String, String> units = units(report);
    assertEquals("B/image", units.get("stages: 16x, 160 images, written"));
    Map<String, Double> targets = new LinkedHashMap<>();
    List<String> stages = new ArrayList<>();
    for (JsonNode m : report.get("measurements")) {
      stages.add(m.get("of").asText());
      if (m.get("of").asText().equals("assign")) {
        targets.put(m.get("quantity").asText(), m.get("value").asDouble());
      }
    }
    assertEquals(
        List.of("ingest", "augment", "extract", "codebook", "assign", "update"),
        stages.stream().distinct().toList());
    assertEquals(6 * 3 * 6, stages.size(), "six numbers of six stages at three sizes");
    assertEquals(1, targets.get("1x, 10 images, time to 1x"), 0);
    assertEquals(
        targets.get("16x, 160 images") / targets.get("1x, 10 images"),
        targets.get("16x, 160 images, time to 1x"),
        1e-9);
  }

  @Test
  @Tag("long")
  void measuresTheMemoryOfOtherProcesses() throws IOException {
    JsonNode report = bench("--parts=memory", "--heapMegabytes=700");
    units(report);
    List<Double> peaks = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (JsonNode m : report.get("measurements")) {
      (m.get("unit").asText().equals("x") ? ratios : peaks).add(m.get("value").asDouble());
    }
    assertEquals(6, peaks.size(), "ingest and pretrain at three sizes");
    // A JVM with TensorFlow's library takes more than 50 MB, and no process more than 20 GB here.
    assertTrue(peaks.stream().allMatch(mb -> mb > 50 && mb < 20_000), peaks.toString());
    assertEquals(1, ratios.get(0), 0, "1x to itself");
    assertEquals(peaks.get(4) / peaks.get(0), ratios.get(4), 1e-9, "16x to 1x");
  }

  @Test
  void refusesWhatItCannotMeasure() {
    assertRefused("--parts is trian, must be some of train,decode,feed,", "--parts=trian");
    assertRefused("--presets is big, must be some of small-28,", "--presets=small-28,big");
    assertRefused("--seconds is 0.0, must be positive", "--seconds=0");
    assertRefused("--stepsPerRound is 1, must be at least 2", "--stepsPerRound=1");
    assertRefused("--images is 9, must be at least 10", "--images=9");
  }

  private static void assertRefused(String begin, String option) {
    Exception thrown = assertThrows(Exception.class, () -> Vocabeam.run(List.of("bench", option)));
    Throwable cause = Throwables.getRootCause(thrown);
    assertTrue(cause instanceof UserError, Throwables.getStackTraceAsString(thrown));
    assertTrue(cause.getMessage().startsWith(begin), cause.getMessage());
  }
}
