package org.vocabeam.models.jointembedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.optimize.CosineSchedule;
import org.vocabeam.models.views.ViewSpec;

/** DINO's loss, centre, schedules and head against the authors'. */
final class DinoGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("dino");
  private static final JsonNode CONFIG = GOLDEN.get("config");
  private static final JsonNode EXPECTED = GOLDEN.get("expected");

  private static double config(String name) {
    return CONFIG.get(name).asDouble();
  }

  /** Returns one of a stack of tensors. */
  private static Tensor slice(String name, int index) {
    Tensor stack = Golden.tensor(GOLDEN.at("/inputs").get(name));
    int size = stack.dim(1) * stack.dim(2);
    return new Tensor(
        new long[] {stack.dim(1), stack.dim(2)},
        Arrays.copyOfRange(stack.values(), index * size, (index + 1) * size));
  }

  @Test
  void lossGradientAndCentreOfEveryIteration() {
    run(1);
  }

  @Test
  void centringAfterTheMoveIsRejected() {
    assertThrows(AssertionFailedError.class, () -> run(0));
  }

  /**
   * @param lag iterations between a centre and its use; 0 is wrong
   */
  private static void run(int lag) {
    List<Tensor> centres = new ArrayList<>();
    centres.add(Golden.tensor(GOLDEN.at("/inputs/center")));
    EXPECTED.get("iterations").forEach(i -> centres.add(Golden.tensor(i.get("center_after"))));
    for (int i = 0; i < EXPECTED.get("iterations").size(); i++) {
      JsonNode expected = EXPECTED.get("iterations").get(i);
      double temperature = expected.get("teacher_temperature").asDouble();
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      inputs.put("student", slice("student_output", i));
      inputs.put("teacher", slice("teacher_output", i));
      inputs.put("centre", centres.get(i + 1 - lag));
      LossCheck.assertReproduced(
          inputs,
          (tf, x) ->
              Dino.crossEntropy(
                  tf,
                  parts(tf, x.get("student")),
                  parts(
                      tf,
                      Dino.targets(
                          tf, x.get("teacher"), x.get("centre"), tf.constant((float) temperature))),
                  config("student_temp")),
          expected,
          List.of("student"));
      try (Sandbox sandbox = new Sandbox()) {
        Operand<TFloat32> moved =
            Dino.moved(
                sandbox.tf(),
                sandbox.floats(centres.get(i)),
                sandbox.floats(slice("teacher_output", i)),
                config("center_momentum"));
        Golden.assertClose(
            "centre after " + i, centres.get(i + 1).values(), sandbox.run(moved), Golden.FLOAT32);
      }
    }
  }

  /** Crop by crop. */
  private static List<Operand<TFloat32>> parts(Ops tf, Operand<TFloat32> rows) {
    long crops = rows.shape().get(0) / CONFIG.get("B").asLong();
    return List.copyOf(tf.split(tf.constant(0), rows, crops).output());
  }

  @Test
  void theTeachersTemperatureOfAWarmupOfOneEpochIsTheFirst() {
    Dino dino = withTemperatures(0.03, 0.07);
    assertEquals(0.03, dino.temperature(/* step= */ 0, /* warmup= */ 1));
    assertEquals(0.07, dino.temperature(/* step= */ 1, /* warmup= */ 1));
  }

  @Test
  void theTeachersTemperatureOfEveryEpoch() {
    double[] expected = Golden.tensor(EXPECTED.get("teacher_temperature_schedule")).values();
    Dino dino = withTemperatures(config("warmup_teacher_temp"), config("teacher_temp"));
    for (int epoch = 0; epoch < expected.length; epoch++) {
      assertEquals(
          expected[epoch],
          dino.temperature(epoch, CONFIG.get("warmup_teacher_temp_epochs").asLong()),
          1e-12);
    }
  }

  private static Dino withTemperatures(double warmup, double teacher) {
    ViewSpec view = ViewSpec.rotNet(/* size= */ 8);
    return new Dino(
        new DinoHead(/* hidden= */ 4, /* bottleneck= */ 3, /* prototypes= */ 2, false),
        config("student_temp"),
        warmup,
        teacher,
        /* temperatureWarmup= */ 0,
        config("center_momentum"),
        /* centring= */ true,
        /* sharpening= */ true,
        /* teacherDecay= */ 0,
        /* frozenPrototypes= */ 0,
        named("global1", view),
        named("global2", view),
        named("locals", view));
  }

  private static ViewSpec named(String name, ViewSpec view) {
    return new ViewSpec(
        name, view.size(), view.count(), view.geometry(), view.orientation(), view.augmentations());
  }

  /** Leaves out the warm-up, which reaches its rate one step earlier in the authors' code. */
  @Test
  void theSchedulesOfEveryStep() {
    JsonNode decay = EXPECTED.at("/schedules/teacher_momentum");
    double[] values = Golden.tensor(decay.get("values")).values();
    double base = decay.get("base_value").asDouble();
    double end = decay.get("final_value").asDouble();
    int first = warmup(decay);
    for (int step = first; step < values.length; step++) {
      // The share of a teacher that starts at 0 goes from 1 to 0, whatever the file's ends are.
      double share = CosineSchedule.studentShare(0, step - first, values.length - first);
      assertEquals(values[step], end + (base - end) * share, 1e-12);
    }
    JsonNode rate = EXPECTED.at("/schedules/learning_rate");
    double[] rates = Golden.tensor(rate.get("values")).values();
    int warmup = warmup(rate);
    CosineSchedule schedule =
        new CosineSchedule(
            rate.get("base_value").asDouble(),
            rate.get("final_value").asDouble(),
            warmup,
            rates.length,
            1);
    for (int step = warmup; step < rates.length; step++) {
      assertEquals(rates[step], schedule.rate(step), 1e-12);
    }
  }

  private static int warmup(JsonNode schedule) {
    return schedule.get("warmup_epochs").asInt() * schedule.get("iterations_per_epoch").asInt();
  }

  @Test
  void headAndItsGradients() {
    JsonNode head = GOLDEN.at("/inputs/head");
    JsonNode sizes = CONFIG.get("head");
    DinoHead dino =
        new DinoHead(
            sizes.get("hidden").asInt(),
            sizes.get("bottleneck").asInt(),
            sizes.get("out").asInt(),
            false);
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> x = sandbox.floats(Golden.tensor(head.get("x")));
      // The prototypes have length 1, those of the file the length that it gives.
      Operand<TFloat32> y =
          tf.math.mul(
              dino.outputs(tf, sandbox.variables().scope(""), x, tf.constant(1f)),
              tf.constant(Golden.tensor(head.at("/parameters/last_layer.weight_g")).floats()));
      Operand<TFloat32> weighted =
          tf.sum(
              tf.math.mul(y, sandbox.floats(Golden.tensor(head.get("output_weighting")))),
              tf.constant(new int[] {0, 1}));
      JsonNode gradientsOf = EXPECTED.at("/head/grad_parameters");
      List<String> names = Golden.names(gradientsOf);
      List<Output<?>> sources = new ArrayList<>();
      sources.add(x.asOutput());
      names.forEach(name -> sources.add(sandbox.variables().get(name).asOutput()));
      Output<?>[] gradients =
          sandbox.graph().addGradients(weighted.asOutput(), sources.toArray(Output<?>[]::new));
      sandbox.initialize(1);
      for (String name : names) {
        Tensor value = weight(name, Golden.tensor(head.get("parameters").get(name)));
        sandbox.write(Map.of(name, value.floats()));
      }
      Golden.assertClose(
          "y", Golden.tensor(EXPECTED.at("/head/y")).values(), sandbox.run(y), Golden.FLOAT32);
      Golden.assertClose(
          "grad_x",
          Golden.tensor(EXPECTED.at("/head/grad_x")).values(),
          sandbox.run(gradients[0].expect(TFloat32.class)),
          Golden.GRADIENT);
      for (int i = 0; i < names.size(); i++) {
        Golden.assertClose(
            names.get(i),
            weight(names.get(i), Golden.tensor(gradientsOf.get(names.get(i)))).values(),
            sandbox.run(gradients[i + 1].expect(TFloat32.class)),
            Golden.GRADIENT);
      }
    }
  }

  /** Linear weights are [in, out] here, prototypes [P, bottleneck] as there. */
  private static Tensor weight(String name, Tensor tensor) {
    return name.equals(DinoHead.PROTOTYPES) ? tensor : tensor.kernel();
  }
}
