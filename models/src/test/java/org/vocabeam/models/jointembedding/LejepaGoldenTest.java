package org.vocabeam.models.jointembedding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.jointembedding.Lejepa.Form;
import org.vocabeam.models.views.ViewSpec;

/** SIGReg and both forms of LeJEPA's loss against the authors'. */
final class LejepaGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("lejepa");
  private static final JsonNode CONFIG = GOLDEN.get("config");
  private static final JsonNode EXPECTED = GOLDEN.get("expected");
  private static final Tensor PROJECTIONS = Golden.tensor(GOLDEN.at("/inputs/projections"));

  /** Directions as rows, {@code [S, D]}. */
  private static final Tensor DIRECTIONS =
      Golden.tensor(GOLDEN.at("/inputs/directions_unnormalised")).transpose(1, 0);

  private static int count(String name) {
    return CONFIG.get(name).asInt();
  }

  /** Checks by the README's rule for float32, which counts the largest value of a tensor. */
  private static void assertClose(
      String what, double[] expected, float[] actual, Golden.Tolerance tolerance) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    Golden.assertClose(
        what,
        expected,
        actual,
        new Golden.Tolerance(tolerance.relative(), tolerance.absolute() * Math.max(1, largest)));
  }

  private static double[] values(JsonNode tensor) {
    return Golden.tensor(tensor).values();
  }

  private static float[] gradient(Sandbox sandbox, Operand<TFloat32> of, Operand<TFloat32> by) {
    return sandbox.run(
        sandbox
            .graph()
            .addGradients(of.asOutput(), new Output<?>[] {by.asOutput()})[0]
            .expect(TFloat32.class));
  }

  @Test
  void directionsHaveLengthOne() {
    try (Sandbox sandbox = new Sandbox()) {
      assertClose(
          "directions",
          Golden.tensor(EXPECTED.get("directions")).transpose(1, 0).values(),
          sandbox.run(Lejepa.unit(sandbox.tf(), sandbox.floats(DIRECTIONS))),
          Golden.FLOAT32);
    }
  }

  private static void checkSigReg(int knots, double largest, double factor, boolean unit) {
    JsonNode expected = EXPECTED.get("sigreg_one_view");
    int rows = count("B");
    int width = count("D");
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> z =
          sandbox.floats(Arrays.copyOf(PROJECTIONS.floats(), rows * width), 1, rows, width);
      Operand<TFloat32> along = sandbox.floats(DIRECTIONS);
      Operand<TFloat32> perSlice =
          tf.math.mul(
              Lejepa.eppsPulley(tf, z, unit ? Lejepa.unit(tf, along) : along, knots, largest),
              tf.constant((float) factor));
      Operand<TFloat32> value = Layers.meanOfAll(tf, perSlice);
      assertClose(
          "per slice", values(expected.get("per_slice")), sandbox.run(perSlice), Golden.FLOAT32);
      assertClose(
          "value",
          new double[] {expected.get("value").asDouble()},
          sandbox.run(value),
          Golden.FLOAT32);
      assertClose(
          "grad", values(expected.get("grad")), gradient(sandbox, value, z), Golden.GRADIENT);
    }
  }

  @Test
  void sigRegOfOneCropAndItsGradient() {
    checkSigReg(count("n_points"), CONFIG.get("t_max").asDouble(), 1, true);
  }

  @Test
  void anotherSigRegIsRejected() {
    int knots = count("n_points");
    double largest = CONFIG.get("t_max").asDouble();
    for (Runnable wrong :
        List.<Runnable>of(
            () -> checkSigReg(knots + 2, largest, 1, true),
            () -> checkSigReg(knots, largest * 1.01, 1, true),
            () -> checkSigReg(knots, largest, 1.0 / count("B"), true),
            () -> checkSigReg(knots, largest, 1, false))) {
      assertThrows(AssertionFailedError.class, wrong::run);
    }
  }

  private static Lejepa lejepa(Form form, double lambda, int globals) {
    ViewSpec view = ViewSpec.rotNet(/* size= */ 8);
    int locals = count("views") - globals;
    return new Lejepa(
        /* hidden= */ 1,
        count("D"),
        count("slices"),
        lambda,
        form,
        named("globals", view, globals),
        locals == 0 ? List.of() : List.of(named("locals", view, locals)));
  }

  private static ViewSpec named(String name, ViewSpec view, int count) {
    return new ViewSpec(
        name, view.size(), count, view.geometry(), view.orientation(), view.augmentations());
  }

  private static void check(String expectedForm, Form form, int globals, double factor) {
    for (JsonNode expected : EXPECTED.get(expectedForm)) {
      double lambda = expected.get("lambda").asDouble();
      try (Sandbox sandbox = new Sandbox()) {
        Operand<TFloat32> z =
            sandbox.floats(PROJECTIONS.floats(), (long) count("views") * count("B"), count("D"));
        Lejepa.Objective objective =
            lejepa(form, lambda * factor, globals)
                .objective(sandbox.tf(), z, sandbox.floats(DIRECTIONS));
        String at = expectedForm + " " + lambda + " ";
        check(sandbox, at + "invariance", expected, objective.invariance());
        check(sandbox, at + "sigreg", expected, objective.sigReg());
        check(sandbox, at + "loss", expected, objective.loss());
        assertClose(
            at + "grad",
            values(expected.get("grad")),
            gradient(sandbox, objective.loss(), z),
            Golden.GRADIENT);
      }
    }
  }

  private static void check(
      Sandbox sandbox, String what, JsonNode expected, Operand<TFloat32> actual) {
    double value = expected.get(what.substring(what.lastIndexOf(' ') + 1)).asDouble();
    assertClose(what, new double[] {value}, sandbox.run(actual), Golden.FLOAT32);
  }

  /** A step's number alone decides, so that replicas have the same. */
  @Test
  void everyStepHasItsOwnDirections() {
    Lejepa lejepa = lejepa(Form.POOLED, 0.02, count("global_views"));
    try (Sandbox sandbox = new Sandbox()) {
      Operand<TFloat32> step = sandbox.floats(new float[] {7});
      Operand<TFloat32> drawn = lejepa.drawn(sandbox.tf(), step);
      float[] first = sandbox.run(drawn);
      assertArrayEquals(first, sandbox.run(drawn));
      sandbox.set(step, new float[] {8});
      float[] second = sandbox.run(drawn);
      for (int i = 0; i < first.length; i++) {
        assertNotEquals(first[i], second[i]);
      }
    }
  }

  @Test
  void theConstantsAreThoseOfTheFile() {
    assertEquals(count("n_points"), Lejepa.KNOTS);
    assertEquals(CONFIG.get("t_max").asDouble(), Lejepa.LARGEST);
  }

  @Test
  void bothFormsOfTheLossAndTheirGradients() {
    check("loss_pooled", Form.POOLED, count("global_views"), 1);
    check("loss_minimal_example", Form.PER_CROP, count("global_views"), 1);
  }

  @Test
  void anotherLossIsRejected() {
    int globals = count("global_views");
    for (Runnable wrong :
        List.<Runnable>of(
            () -> check("loss_pooled", Form.PER_CROP, globals, 1),
            () -> check("loss_minimal_example", Form.POOLED, globals, 1),
            () -> check("loss_pooled", Form.POOLED, globals, 0.99),
            () -> check("loss_minimal_example", Form.PER_CROP, globals, 0.99),
            () -> check("loss_pooled", Form.POOLED, count("views"), 1))) {
      assertThrows(AssertionFailedError.class, wrong::run);
    }
  }
}
