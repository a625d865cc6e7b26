package org.vocabeam.models.onnx;

import static org.vocabeam.models.onnx.Attributes.integer;
import static org.vocabeam.models.onnx.Attributes.number;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Layer norm over the last axis as {@link org.vocabeam.models.graph.Layers#layerNorm} authors it,
 * found again, because runtimes have a faster operation for it:
 *
 * <pre>
 * centred = x - mean(x)
 * y = centred * rsqrt(mean(centred^2) + epsilon) * scale + offset
 * </pre>
 */
record LayerNorm(Source x, Source scale, Source offset, float epsilon) {
  private static final Set<String> ADD = Set.of("Add", "AddV2");
  private static final Set<String> MUL = Set.of("Mul");

  /** A node of one of the operations, or null; null of null. */
  private record Found(SourceGraph graph, Node node) {
    Found above(int input, Set<String> operations) {
      if (node == null || node.inputs().size() <= input) {
        return new Found(graph, null);
      }
      Node above = graph.node(node.input(input).node());
      return new Found(graph, operations.contains(above.operation()) ? above : null);
    }

    boolean missing() {
      return node == null;
    }

    Source input(int index) {
      return node.input(index);
    }

    Constant constant(int input) {
      return graph.constant(node.input(input));
    }

    boolean isMeanOfLastAxis() {
      Constant axes = constant(1);
      int last = graph.shape(node.input(0)).numDimensions() - 1;
      return node.flag("keep_dims")
          && axes != null
          && Arrays.equals(axes.integers(), new long[] {last});
    }
  }

  /** Returns the layer norm whose last node is that of a step; null if it is another sum. */
  static LayerNorm find(Step step) {
    Found sum = new Found(step.translation().source(), step.node());
    Found scaled = sum.above(0, MUL);
    Found standardized = scaled.above(0, MUL);
    Found centred = standardized.above(0, Set.of("Sub"));
    Found mean = centred.above(1, Set.of("Mean"));
    Found inverse = standardized.above(1, Set.of("Rsqrt"));
    Found widened = inverse.above(0, ADD);
    Found variance = widened.above(0, Set.of("Mean"));
    Found square = variance.above(0, Set.of("Square"));
    boolean complete =
        !mean.missing()
            && !square.missing()
            && mean.input(0).equals(centred.input(0))
            && square.input(0).node().equals(centred.node().name())
            && mean.isMeanOfLastAxis()
            && variance.isMeanOfLastAxis()
            && isVector(sum.constant(1))
            && isVector(scaled.constant(1))
            && widened.constant(1) != null;
    return complete
        ? new LayerNorm(
            centred.input(0), scaled.input(1), sum.input(1), widened.constant(1).number())
        : null;
  }

  private static boolean isVector(Constant constant) {
    return constant != null && constant.rank() == 1;
  }

  void translate(Step step) {
    Translation translation = step.translation();
    step.put(
        step.add(
            "LayerNormalization",
            List.of(translation.plain(x), translation.plain(scale), translation.plain(offset)),
            integer("axis", -1),
            number("epsilon", epsilon)));
  }
}
