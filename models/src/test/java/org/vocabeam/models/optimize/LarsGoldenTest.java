package org.vocabeam.models.optimize;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vocabeam.models.Golden.FLOAT32;
import static org.vocabeam.models.Golden.assertClose;
import static org.vocabeam.models.Golden.load;
import static org.vocabeam.models.Golden.names;
import static org.vocabeam.models.Golden.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;

/** Every optimizer of the file against PyTorch and the authors' LARS variants. */
class LarsGoldenTest {

  static List<String> optimizers() {
    return names(load("lars").get("expected"));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void stepsAreTheReference(String name) {
    JsonNode config = load("lars").get("config").get(name);
    check(name, optimizer(name, config), config.get("lr").asDouble(), 0);
  }

  /** A schedule that is one step ahead only matters to AdamW's bias correction. */
  @Test
  void adamWithTheWrongStepIsRejected() {
    JsonNode config = load("lars").at("/config/adamw");
    assertThrows(
        AssertionError.class,
        () -> check("adamw", optimizer("adamw", config), config.get("lr").asDouble(), 1));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void anotherOptimizerIsRejected(String name) {
    JsonNode config = load("lars").get("config").get(name);
    Optimizer other = new Sgd(0.5, 0.1, true);
    assertThrows(AssertionError.class, () -> check(name, other, config.get("lr").asDouble(), 0));
  }

  private static Optimizer optimizer(String name, JsonNode of) {
    if (name.equals("adamw")) {
      return new AdamW(
          of.get("beta1").asDouble(),
          of.get("beta2").asDouble(),
          of.get("eps").asDouble(),
          of.get("weight_decay").asDouble());
    }
    double momentum = of.get("momentum").asDouble();
    double decay = of.get("weight_decay").asDouble();
    if (name.startsWith("sgd")) {
      return new Sgd(momentum, decay, of.get("nesterov").asBoolean());
    }
    double trust =
        of.has("eta") ? of.get("eta").asDouble() : of.get("trust_coefficient").asDouble();
    return new Lars(
        momentum,
        decay,
        trust,
        name.equals("lars_dino") ? Lars.Norm.DECAYED : Lars.Norm.SEPARATE,
        of.path("clip_lr").asBoolean(false),
        of.path("eps").asDouble(0));
  }

  private static void check(String name, Optimizer optimizer, double rate, int stepsAhead) {
    JsonNode golden = load("lars");
    JsonNode initial = golden.at("/inputs/parameters");
    JsonNode gradients = golden.at("/inputs/gradient_of_step");
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> step = sandbox.floats(new float[] {0});
      Map<String, Operand<TFloat32>> gradientOf = new LinkedHashMap<>();
      for (String parameter : names(initial)) {
        Tensor value = tensor(initial.get(parameter));
        sandbox.variables().variable("", parameter, Role.TRAINED, Initializer.ZEROS, value.shape());
        gradientOf.put(parameter, sandbox.floats(new float[value.values().length], value.shape()));
      }
      for (VariableSpec spec : sandbox.variables().specs(Role.TRAINED)) {
        optimizer.update(
            tf,
            sandbox.variables(),
            spec,
            gradientOf.get(spec.name()),
            new Optimizer.Schedule(tf.constant((float) rate), step));
      }
      Operand<TFloat32> run =
          tf.withControlDependencies(sandbox.variables().updates()).identity(tf.constant(0f));
      sandbox.initialize(0);
      Map<String, float[]> values = new LinkedHashMap<>();
      names(initial).forEach(p -> values.put(p, tensor(initial.get(p)).floats()));
      sandbox.write(values);
      for (int t = 0; t < gradients.size(); t++) {
        for (String parameter : names(initial)) {
          sandbox.set(gradientOf.get(parameter), tensor(gradients.get(t).get(parameter)).floats());
        }
        sandbox.set(step, new float[] {t + 1 + stepsAhead});
        sandbox.run(run);
        JsonNode after = golden.get("expected").get(name).get("after_step").get(t);
        for (String parameter : names(after)) {
          assertClose(
              name + " " + parameter + " after step " + (t + 1),
              tensor(after.get(parameter)).values(),
              sandbox.read(parameter),
              FLOAT32);
        }
      }
    }
  }
}
