package org.vocabeam.models.optimize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.models.Golden.assertClose;
import static org.vocabeam.models.Golden.names;
import static org.vocabeam.models.Golden.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.AssertionFailedError;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.optimize.Lars.Norm;

/** Against the optimizers of PyTorch, lightly, solo-learn and DINO. */
class LarsGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("lars");
  private static final JsonNode INPUTS = GOLDEN.get("inputs");

  static List<String> optimizers() {
    return names(GOLDEN.get("expected"));
  }

  /** This project's optimizer for one of the file. */
  private static Optimizer optimizer(String name) {
    JsonNode config = GOLDEN.get("config").get(name);
    double decay = config.get("weight_decay").asDouble();
    if (name.startsWith("adamw")) {
      return new AdamW(
          config.get("beta1").asDouble(),
          config.get("beta2").asDouble(),
          config.get("eps").asDouble(),
          decay);
    }
    double momentum = config.get("momentum").asDouble();
    if (name.startsWith("sgd")) {
      return new Sgd(momentum, decay, config.get("nesterov").asBoolean());
    }
    // How this project treats biases and norms, always.
    assertEquals(0, config.at("/bias_group/weight_decay").asDouble(0));
    assertFalse(config.at("/bias_group/scaling").asBoolean(false));
    assertTrue(config.path("exclude_bias_n_norm").asBoolean(true));
    String trust = config.has("eta") ? "eta" : "trust_coefficient";
    return new Lars(
        momentum,
        decay,
        config.get(trust).asDouble(),
        name.endsWith("dino") ? Norm.DECAYED : Norm.SEPARATE,
        config.path("clip_lr").asBoolean(false),
        config.path("eps").asDouble(0));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void reproducesEveryStep(String name) {
    run(name, optimizer(name));
  }

  @Test
  void everyConfiguredOptimizerIsCompared() {
    assertEquals(names(GOLDEN.get("config")), optimizers());
  }

  /** The numbers of the file tell the variants apart, where its constants do. */
  @Test
  void aDifferentVariantIsRejected() {
    for (String name : optimizers()) {
      for (Optimizer wrong : variants(optimizer(name), GOLDEN.at("/config/" + name + "/lr"))) {
        assertThrows(AssertionFailedError.class, () -> run(name, wrong), name + ": " + wrong);
      }
    }
  }

  private static List<Optimizer> variants(Optimizer right, JsonNode rate) {
    List<Optimizer> variants = new ArrayList<>();
    if (right instanceof Sgd sgd) {
      variants.add(new Sgd(sgd.momentum(), sgd.weightDecay() + 0.01, sgd.nesterov()));
      if (sgd.momentum() > 0) {
        variants.add(new Sgd(sgd.momentum(), sgd.weightDecay(), !sgd.nesterov()));
      }
    } else if (right instanceof AdamW adamW) {
      variants.add(
          new AdamW(adamW.beta1(), adamW.beta2(), adamW.epsilon(), adamW.weightDecay() + 0.01));
    } else {
      Lars lars = (Lars) right;
      variants.add(lars(lars, lars.weightDecay() + 0.01, lars.clip()));
      if (rate.asDouble() != 1) {
        variants.add(lars(lars, lars.weightDecay(), !lars.clip()));
      }
    }
    return variants;
  }

  private static Lars lars(Lars lars, double weightDecay, boolean clip) {
    return new Lars(lars.momentum(), weightDecay, lars.trust(), lars.norm(), clip, lars.epsilon());
  }

  private static void run(String name, Optimizer optimizer) {
    JsonNode config = GOLDEN.get("config").get(name);
    JsonNode steps = INPUTS.get("gradient_of_step");
    JsonNode expected = GOLDEN.get("expected").get(name).get("after_step");
    assertEquals(steps.size(), expected.size());
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> rate = tf.constant((float) config.get("lr").asDouble());
      Operand<TFloat32> number = sandbox.floats(new float[1]);
      Map<String, Operand<TFloat32>> gradients = new LinkedHashMap<>();
      Map<String, float[]> values = new LinkedHashMap<>();
      for (String parameter : names(INPUTS.get("parameters"))) {
        Tensor value = tensor(INPUTS.get("parameters").get(parameter));
        sandbox.variables().variable("", parameter, Role.TRAINED, Initializer.ZEROS, value.shape());
        values.put(parameter, value.floats());
        gradients.put(parameter, sandbox.floats(new float[value.values().length], value.shape()));
      }
      for (VariableSpec parameter : sandbox.variables().specs(Role.TRAINED)) {
        optimizer.update(
            tf,
            sandbox.variables(),
            parameter,
            gradients.get(parameter.name()),
            new Optimizer.Schedule(rate, number));
      }
      Operand<TFloat32> step =
          tf.withControlDependencies(sandbox.variables().updates()).constant(0f);
      sandbox.initialize(0);
      sandbox.write(values);
      for (int t = 0; t < steps.size(); t++) {
        JsonNode gradient = steps.get(t);
        gradients.forEach((p, input) -> sandbox.set(input, tensor(gradient.get(p)).floats()));
        sandbox.set(number, new float[] {t + 1});
        sandbox.run(step);
        for (String parameter : names(expected.get(t))) {
          assertClose(
              name + " " + parameter + " after step " + (t + 1),
              tensor(expected.get(t).get(parameter)).values(),
              sandbox.read(parameter),
              Golden.FLOAT32);
        }
      }
    }
  }
}
