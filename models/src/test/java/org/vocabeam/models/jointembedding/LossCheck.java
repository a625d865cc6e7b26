package org.vocabeam.models.jointembedding;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Sandbox;

/** Comparison of a loss of rows and its gradients with a golden file. */
final class LossCheck {
  private LossCheck() {}

  /**
   * Checks a loss and its gradients.
   *
   * @param inputs of the file, by name
   * @param loss authors the loss of the inputs
   * @param expected node with {@code loss} and {@code grad_NAME}
   * @param differentiated names of inputs that have a gradient
   */
  static void assertReproduced(
      Map<String, Golden.Tensor> inputs,
      BiFunction<Ops, Map<String, Operand<TFloat32>>, Operand<TFloat32>> loss,
      JsonNode expected,
      List<String> differentiated) {
    try (Sandbox sandbox = new Sandbox()) {
      Map<String, Operand<TFloat32>> operands = new LinkedHashMap<>();
      inputs.forEach((name, tensor) -> operands.put(name, sandbox.floats(tensor)));
      Operand<TFloat32> authored = loss.apply(sandbox.tf(), operands);
      Output<?>[] gradients =
          sandbox
              .graph()
              .addGradients(
                  authored.asOutput(),
                  differentiated.stream()
                      .map(name -> operands.get(name).asOutput())
                      .toArray(Output<?>[]::new));
      Golden.assertClose(
          "loss", expected.get("loss").asDouble(), sandbox.run(authored)[0], Golden.FLOAT32);
      for (int i = 0; i < gradients.length; i++) {
        String name = "grad_" + differentiated.get(i);
        Golden.assertClose(
            name,
            Golden.tensor(expected.get(name)).values(),
            sandbox.run(gradients[i].expect(TFloat32.class)),
            Golden.GRADIENT);
      }
    }
  }

  /** Returns all tensors of a file's inputs. */
  static Map<String, Golden.Tensor> tensors(JsonNode inputs) {
    Map<String, Golden.Tensor> tensors = new LinkedHashMap<>();
    for (String name : Golden.names(inputs)) {
      if (inputs.get(name).has("data")) {
        tensors.put(name, Golden.tensor(inputs.get(name)));
      }
    }
    return tensors;
  }
}
