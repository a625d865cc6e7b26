package org.vocabeam.pipelines.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.options.RunnerArguments;

/** The networks with random weights that stand beside methods; nothing is trained. */
class ReferencesTest {
  @TempDir static Path directory;
  private static String images;

  @BeforeAll
  static void ingest() throws IOException {
    images = SmallStore.of(directory, 20, 10).toString();
  }

  private static References references(String preset, String... methods) {
    Comparison comparison =
        new Comparison(
            images,
            "output",
            Entries.of(List.of(methods), preset, null),
            4L,
            null,
            List.of(1L),
            2,
            0,
            "train",
            "test",
            PoolingChoice.GLOBAL,
            1);
    List<ComparisonPlan.Network> networks =
        List.of(new ComparisonPlan.Network("any", 1, 2, 16, 0.1));
    ComparisonPlan plan =
        new ComparisonPlan(
            JsonNodeFactory.instance.objectNode(),
            Arrays.stream(methods)
                .map(method -> new ComparisonPlan.Method(method, null, networks))
                .toList());
    TrainingImages training = TrainingImages.open(images, "train");
    return References.of(
        plan,
        new Measurement(
            comparison,
            training,
            comparison.evaluation(1).labels(),
            new RunnerArguments().runner()));
  }

  private static Map<String, List<String>> methods(References references) {
    Map<String, List<String>> methods = new LinkedHashMap<>();
    references
        .networks()
        .forEach(
            network ->
                methods.put(
                    network.name(),
                    network.methods().stream().map(ComparisonPlan.Method::name).toList()));
    return methods;
  }

  @Test
  void methodsShareTheNetworkOfAPreset() {
    References references = references("small", "obow", "dino");
    assertEquals(Map.of("resnet8", List.of("obow", "dino")), methods(references));
    assertEquals("output/reference/seed-7", references.directory(references.networks().get(0), 7));
  }

  @Test
  void aMethodMayHaveANetworkOfItsOwn() {
    References references = references("small", "obow", "moca", "dino");
    assertEquals(
        Map.of("resnet8", List.of("obow", "dino"), "vit-mini4", List.of("moca")),
        methods(references));
    assertEquals(
        "output/reference/vit-mini4/seed-7", references.directory(references.networks().get(1), 7));
  }

  /** Moca's feature is the mean of the patches, and the network drops no branches. */
  @Test
  void networksOfOneNameMayDiffer() {
    assertEquals(
        Map.of("vit-mini4-moca", List.of("moca"), "vit-mini4-obow", List.of("obow", "dino")),
        methods(references("small/vit-mini4", "moca", "obow", "dino")));
  }
}
