package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.obow.Obow;
import org.vocabeam.models.views.Normalisation;

/** Signs and remedies, with the values that runs without their guards had (docs/experiments.md). */
class CollapseSignTest {
  private static Recipe recipe(String method, String guard) {
    Task task =
        new Task(
            new ImageShape(32, 32, 3),
            new Normalisation(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.3f, 0.3f, 0.3f}),
            1000,
            100,
            5);
    ObjectNode tree = (ObjectNode) Methods.toTree(Methods.recipe(method, Preset.SMALL, task));
    if (!guard.isEmpty()) {
      ((ObjectNode) tree.get("method")).put(guard, false);
    }
    return Methods.recipe(tree);
  }

  private static Map<String, String> seen(
      String method, String guard, String metric, double value) {
    return CollapseSign.seen(recipe(method, guard), Map.of(metric, value, "loss", 1.0));
  }

  private static String sign(String method, String guard, String metric, double value) {
    return seen(method, guard, metric, value).get(metric);
  }

  @Test
  void theRemedyIsTheGuardThatIsOff() {
    assertEquals(
        "prototype_entropy is 0.950, below 1.56: few prototypes take all images; set centring to"
            + " true",
        sign("dino", "centring", "prototype_entropy", 0.95));
    assertEquals(
        "target_entropy is 6.19, above 6.11: every target has all prototypes alike; set sharpening"
            + " to true",
        sign("dino", "sharpening", "target_entropy", 6.19));
    assertEquals(
        "projection_std is 0.0170, below 0.0188: all projections are nearly equal; set stopGradient"
            + " to true",
        sign("simsiam", "stopGradient", "projection_std", 0.017));
    assertEquals(
        "rankme is 1.03, below 1.10: all features lie nearly on one line; set negatives to true",
        sign("simclr", "negatives", "rankme", 1.03));
  }

  @Test
  void withItsGuardAnotherRemedyIsNamed() {
    assertEquals(
        "prototype_entropy is 0.950, below 1.56: few prototypes take all images; raise"
            + " teacherTemperature or lower centreDecay",
        sign("dino", "", "prototype_entropy", 0.95));
    String level = ((Obow) recipe("obow", "").method()).levels().get(0);
    assertEquals(
        "perplexity_batch/"
            + level
            + " is 1.20, below 2.00: one word takes all images; take more words or lower"
            + " inverseDelta",
        sign("obow", "", "perplexity_batch/" + level, 1.2));
  }

  @Test
  void healthyRunsShowNoSign() {
    assertEquals(Map.of(), seen("dino", "", "prototype_entropy", 5.09));
    assertEquals(Map.of(), seen("dino", "", "target_entropy", 3.56));
    assertEquals(Map.of(), seen("byol", "", "projection_std", 0.106));
    assertEquals(Map.of(), seen("simsiam", "", "projection_std", 0.061));
    assertEquals(Map.of(), seen("obow", "", "embedding_std", 0.05));
    assertEquals(Map.of(), seen("obow", "", "rankme", 20));
  }
}
