package org.vocabeam.pipelines.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.stage.MetricsTable.Trained;

class GateTest {
  static Trained measured(Map<String, Double> values) {
    return new Trained(new TreeMap<>(values), new TreeMap<>());
  }

  private static Trained leftOut(String metric, String reason) {
    return new Trained(new TreeMap<>(), new TreeMap<>(Map.of(metric, reason)));
  }

  private static List<Boolean> test(
      String gate, Map<String, Double> candidate, Map<String, Double> promoted) {
    return Gate.parse(List.of(gate)).test(measured(candidate), measured(promoted)).stream()
        .map(Condition.Result::holds)
        .toList();
  }

  @Test
  void differencesAreInPointsOfAccuracy() {
    Map<String, Double> promoted = Map.of("linear", 0.871);
    assertEquals(List.of(true), test("linear>=-0.5", Map.of("linear", 0.8665), promoted));
    assertEquals(List.of(false), test("linear>=-0.5", Map.of("linear", 0.8659), promoted));
    assertEquals(List.of(true), test("linear > 1", Map.of("linear", 0.8811), promoted));
    assertEquals(List.of(false), test("linear>1", Map.of("linear", 0.88), promoted));
  }

  /** 0.866 - 0.871 is not -0.005 in binary fractions. */
  @Test
  void theBoundItselfIsCompared() {
    int below = 0;
    for (int right = 5; right <= 1000; right++) {
      Map<String, Double> promoted = Map.of("linear", right / 1000.0);
      Map<String, Double> candidate = Map.of("linear", (right - 5) / 1000.0);
      below += 100 * (candidate.get("linear") - promoted.get("linear")) < -0.5 ? 1 : 0;
      assertEquals(List.of(true), test("linear>=-0.5", candidate, promoted), right + "");
      assertEquals(List.of(false), test("linear>-0.5", candidate, promoted), right + "");
    }
    assertEquals(true, below > 100, "a plain subtraction would refuse " + below);
  }

  @Test
  void accuraciesAreComparedByThemselves() {
    Map<String, Double> none = Map.of();
    assertEquals(List.of(true), test("knn20>=80%", Map.of("knn20", 0.8), none));
    assertEquals(List.of(false), test("knn20>80%", Map.of("knn20", 0.8), none));
    assertEquals(List.of(false), test("knn20>=80%", Map.of("knn20", 0.79), Map.of("knn20", 0.1)));
  }

  @Test
  void withoutAPromotedModelDifferencesHold() {
    assertEquals(List.of(true), test("linear>=50", Map.of("linear", 0.1), Map.of()));
  }

  @Test
  void severalConditionsAreTestedEach() {
    Map<String, Double> candidate = Map.of("linear@0.1", 0.5, "few-shot-5way-1shot", 0.4);
    assertEquals(
        List.of(true, false),
        test("linear@0.1>=40%,few-shot-5way-1shot>=41%", candidate, Map.of()));
    assertEquals(
        2, Gate.parse(List.of("linear@0.1>=40%", "few-shot-5way-1shot>=41%")).conditions().size());
  }

  @Test
  void resultsSayWhatWasCompared() {
    Condition.Result result =
        Condition.parse("linear>=-0.5")
            .test(measured(Map.of("linear", 0.8710)), measured(Map.of("linear", 0.8640)));
    assertEquals("linear>=-0.5: 87.10 (promoted 86.40, +0.70), holds", result.toString());
  }

  /** A difference of the first version holds, but not one that nobody has measured. */
  @Test
  void aMeasureThatWasLeftOutIsNotJudged() {
    Condition few = Condition.parse("few-shot-5way-1shot>=20%");
    Trained candidate = leftOut("few-shot-5way-1shot", "only 3 classes");
    Condition.Result result = few.test(candidate, measured(Map.of()));
    assertEquals(
        "few-shot-5way-1shot>=20%: cannot be judged, few-shot-5way-1shot was left out: only 3"
            + " classes",
        result.toString());
    assertEquals(false, result.holds());
    assertEquals(
        false,
        Condition.parse("knn20>=-1").test(leftOut("knn20", "x"), measured(Map.of())).holds());

    Condition.Result unlike =
        Condition.parse("knn20>=-1")
            .test(measured(Map.of("knn20", 0.5)), leftOut("knn20", "a feature is NaN"));
    assertEquals(
        "knn20>=-1: cannot be judged, promoted: knn20 was left out: a feature is NaN",
        unlike.toString());
    assertEquals(false, unlike.holds());
    assertEquals(
        true,
        Condition.parse("knn20>=40%")
            .test(measured(Map.of("knn20", 0.5)), leftOut("knn20", "a feature is NaN"))
            .holds(),
        "an accuracy needs no other");
  }

  @Test
  void whatCannotBeJudgedIsRefusedBeforeTraining() {
    Gate gate = Gate.parse(List.of("linear>=-0.5,few-shot-5way-1shot>=20%"));
    gate.checkJudged(Map.of("knn20", "not asked for"));
    assertEquals(
        "the gate few-shot-5way-1shot>=20% cannot be judged: few-shot-5way-1shot was left out: only"
            + " 3 classes; give another --gate",
        assertThrows(
                UserError.class,
                () -> gate.checkJudged(Map.of("few-shot-5way-1shot", "only 3 classes")))
            .getMessage());
  }

  private static String refused(String gate) {
    return assertThrows(
            UserError.class,
            () -> Gate.parse(List.of(gate)).checkKnown(new TreeSet<>(List.of("knn20", "linear"))))
        .getMessage();
  }

  @Test
  void whatIsNoGateIsRefused() {
    assertEquals("--gate names knn, must be one of knn20, linear", refused("knn>=50%"));
    for (String text : List.of("linear", "linear=1", "linear<=1", "linear>=x", ">=1", "")) {
      assertEquals(
          "--gate has '"
              + text
              + "', must be METRIC>=POINTS, the difference from the promoted model, as"
              + " linear>=-0.5, or METRIC>=NUMBER%, an accuracy, as knn20>=80% (or > for >=)",
          refused(text));
    }
    assertEquals("--gate has 'linear>=-1%', must compare with 0 to 100%", refused("linear>=-1%"));
    assertEquals("--gate has 'linear>=101', must compare with -100 to 100", refused("linear>=101"));
  }
}
