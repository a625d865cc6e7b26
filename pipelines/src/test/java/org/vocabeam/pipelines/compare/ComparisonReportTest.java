package org.vocabeam.pipelines.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.compare.ComparisonPlan.Network;
import org.vocabeam.pipelines.compare.Neighbourhood.Shown;
import org.vocabeam.transforms.evaluation.ComparisonRecord;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.image.Pixels;

/** Plan, table and page of results that are given. */
class ComparisonReportTest {
  private static final ComparisonPlan PLAN =
      new ComparisonPlan(
          JsonNodeFactory.instance.objectNode().put("budget", "2.0"),
          List.of(
              new ComparisonPlan.Method(
                  "bownet",
                  null,
                  List.of(
                      new Network("rotation", 1, 10, 32, 0.5),
                      new Network("bownet", 2, 20, 64, 1))),
              new ComparisonPlan.Method("obow", null, List.of(new Network("obow", 1, 9, 64, 2))),
              new ComparisonPlan.Method("colorization", "images have 1 channel", List.of())));

  private static ComparisonRecord record(
      String method, long seed, String features, String metric, double share, double value) {
    return new ComparisonRecord(
        method,
        seed,
        features.equals("pixels") ? null : "resnet8",
        new MetricRecord(features, metric, share, value, 0));
  }

  private static ComparisonTable table() {
    return ComparisonTable.of(
        PLAN,
        2,
        List.of(
            record("", 1, "random", "linear", 1, 0.5),
            record("", 2, "random", "linear", 1, 0.5),
            record("", 1, "normalised", "linear", 1, 0.375),
            record("", 1, "pixels", "linear", 1, 0.25),
            record("bownet", 1, "trained", "linear", 1, 0.4),
            record("bownet", 2, "trained", "linear", 1, 0.45),
            record("bownet", 1, "trained", "embedding-std", 1, 0.0625),
            record("bownet", 1, "trained", "finetune", 0.1, 0.5),
            record("obow", 1, "trained", "linear", 1, 0.75),
            record("obow", 1, "trained", "knn20", 1, 0.125)),
        Map.of("obow", List.of("seed 2 stopped: collapse")));
  }

  private static ComparisonPage page(String label) {
    Pixels pixels = new Pixels(2, 2, 1, new byte[] {0, 50, 100, (byte) 200});
    Shown query = new Shown("a/" + label, label, pixels);
    Shown other = new Shown("b", "other", pixels);
    Curve curve = new Curve(List.of(0L, 1L), List.of(2f, 1f));
    return new ComparisonPage(
        "./vocabeam compare --images=" + label,
        List.of("about " + label),
        1,
        table(),
        List.of(
            new Curves(
                "obow", 0.5, 0.25, Map.of(1L, Map.of("loss", curve, "embedding_std", curve)))),
        List.of(new Neighbourhood(query, Map.of("obow", List.of(query, other)))),
        List.of(
            new WordGallery(
                "obow",
                "layer2",
                4,
                1,
                256,
                List.of(
                    new WordGallery.Word(
                        7, List.of(new WordGallery.Patch(label, 2, 0, pixels)))))));
  }

  @Test
  void stepsAreThoseThatFit() {
    assertEquals(1500, Network.steps(60, 0.04));
    assertEquals(0, Network.steps(1, 1.5));
    ComparisonPlan.Method bowNet = PLAN.methods().get(0);
    assertEquals(2 * (10 + 2 * 20), bowNet.steps(2));
    double seconds = 20 * 0.5 + 2 * 40 * 1;
    assertEquals(seconds / 60, bowNet.minutes(2), 1e-12);
    assertEquals((20 * 32 + 2 * 40 * 64) / seconds, bowNet.imagesPerSecond(2), 1e-9);
  }

  @Test
  void aPlanIsReadAsItWasWritten(@TempDir Path directory) throws IOException {
    PLAN.write(directory.toString());
    assertEquals(PLAN, ComparisonPlan.find(directory.toString()).orElseThrow());
    try (var files = Files.list(directory)) {
      assertEquals(List.of("compare.json"), files.map(f -> f.getFileName().toString()).toList());
    }
    assertTrue(ComparisonPlan.find(directory.resolve("none").toString()).isEmpty());
  }

  @Test
  void theTableHasMeansAndRanges() {
    List<String> lines = table().text().lines().toList();
    assertEquals(
        List.of(
            "accuracy, %                 kNN 20         linear 100 %  embedding std  finetune 10 %"
                + "  steps  images/s  minutes",
            "bownet                           -  42.5 (40.0 to 45.0)         0.0625           50.0"
                + "    100        64      1.5",
            "obow                          12.5                 75.0              -              -"
                + "     18        32      0.6",
            "colorization                     -                    -              -              -",
            "random weights                   -                 50.0              -              -",
            "random weights, normalised       -                 37.5              -              -",
            "raw pixels                       -                 25.0              -              -",
            "obow: seed 2 stopped: collapse",
            "colorization: not applicable: images have 1 channel",
            "In brackets: the least and the most of 2 seeds. No mark of significance: that needs 3"
                + " seeds or more"),
        lines);
  }

  /**
   * With three seeds there are intervals, and marks of what is not significantly below the best.
   */
  @Test
  void threeSeedsHaveIntervalsAndMarks() {
    double[] obow = {0.81, 0.79, 0.8};
    double[] bownet = {0.6, 0.61, 0.59};
    List<ComparisonRecord> records = new ArrayList<>();
    for (int seed = 0; seed < 3; seed++) {
      records.add(record("", seed, "random", "linear", 1, 0.5));
      records.add(record("obow", seed, "trained", "linear", 1, obow[seed]));
      records.add(record("bownet", seed, "trained", "linear", 1, bownet[seed]));
    }
    ComparisonTable table = ComparisonTable.of(PLAN, 2, records, Map.of());
    List<String> lines = table.text().lines().toList();
    assertTrue(lines.get(1).contains("  60.0 +-2.5  "), lines.get(1));
    assertTrue(lines.get(2).contains("  80.0 +-2.5 *  "), lines.get(2));
    assertTrue(table.text().contains("95 % interval of the mean over 3 seeds"), table.text());
    ResultsSection.Body methods = ResultsSection.of(table).bodies().get(0);
    assertEquals("\u00b12.5", methods.rows().get(1).cells().get(0).range());
    assertTrue(methods.rows().get(1).cells().get(0).leading());
    assertFalse(methods.rows().get(0).cells().get(0).leading());
  }

  /** Each method is compared with the random weights of its own network. */
  @Test
  void everyNetworkHasItsRandomWeights() {
    ComparisonTable table =
        ComparisonTable.of(
            PLAN,
            2,
            List.of(
                record("", "resnet8", "random", 0.5),
                record("", "resnet8", "normalised", 0.5),
                record("", null, "pixels", 0.25),
                record("", "vit-mini4", "random", 0.125),
                record("", "vit-mini4", "normalised", 0.125),
                record("bownet", "resnet8", "trained", 0.375),
                record("obow", "vit-mini4", "trained", 0.25)),
            Map.of());
    assertEquals(
        List.of(
            "bownet",
            "obow",
            "colorization",
            "random weights, resnet8",
            "random weights, vit-mini4",
            "random weights, normalised, resnet8",
            "random weights, normalised, vit-mini4",
            "raw pixels"),
        table.rows().stream().map(ComparisonTable.Row::title).toList());
    List<ResultsSection.Row> rows = ResultsSection.of(table).bodies().get(0).rows();
    assertTrue(rows.get(0).cells().get(0).below());
    assertFalse(rows.get(1).cells().get(0).below());
  }

  private static ComparisonRecord record(
      String method, @Nullable String network, String features, double linear) {
    return new ComparisonRecord(
        method, 1, network, new MetricRecord(features, "linear", 1, linear, 0));
  }

  @Test
  void thePageSaysTheSame() {
    String html = page("x").html();
    assertTrue(
        html.contains(
            "data-metric=\"linear\" data-value=\"0.75\"><span class=\"mean\">75.0</span>"),
        html);
    assertTrue(html.contains("<span class=\"range\">(40.0 to 45.0)</span>"));
    assertTrue(html.contains("not applicable: images have 1 channel"));
    assertTrue(html.contains("obow: seed 2 stopped: collapse"));
    // Bownet is below random weights, obow is not and is the best.
    assertTrue(Pattern.compile("data-row=\"bownet\".*?class=\"below\"").matcher(html).find());
    assertTrue(Pattern.compile("data-row=\"obow\".*?class=\"best \"").matcher(html).find());
    assertTrue(html.contains("<figure class=\"shown right\">"));
    assertTrue(html.contains("<figure class=\"shown wrong\">"));
  }

  @Test
  void namesOfFoldersAreNotMarkup() {
    String label = "<script>alert('1')</script>\"&";
    String html = page(label).html();
    assertFalse(html.contains("alert('1')"), "the label is in the page as it is");
    assertFalse(html.contains("<script>alert"));
    String escaped = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;";
    // About, command, heading with id and label, pictures with alt, title and caption, patches.
    assertTrue(html.split(Pattern.quote(escaped), -1).length > 12);
  }

  @Test
  void curvesAreJsonInsideOfTheScript() throws IOException {
    Matcher data = Pattern.compile("id=\"curves-data\">(.*?)</script>").matcher(page("x").html());
    assertTrue(data.find());
    JsonNode json = new ObjectMapper().readTree(data.group(1));
    assertEquals("[0,1]", json.at("/cards/0/loss/1/steps").toString());
    assertEquals("[2.0,1.0]", json.at("/cards/0/loss/1/values").toString());
    assertEquals(2, json.at("/largest/embedding_std").asDouble());
    assertEquals(0.5, json.at("/cards/0/minutesBefore").asDouble());
    assertEquals(0.25, json.at("/cards/0/minutesPerStep").asDouble());
  }

  @Test
  void longCurvesAreMeansOfEquallyManySteps() {
    TreeMap<Long, Float> values = new TreeMap<>();
    for (long step = 0; step < 7; step++) {
      values.put(step, (float) step);
    }
    assertEquals(new Curve(List.of(2L, 5L, 6L), List.of(1f, 4f, 6f)), Curve.of(values, 3));
    assertEquals(7, Curve.of(values, 7).steps().size());
  }
}
