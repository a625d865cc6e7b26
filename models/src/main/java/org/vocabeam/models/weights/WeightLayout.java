package org.vocabeam.models.weights;

import java.util.Arrays;
import java.util.List;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.program.ProgramWriter;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Method;

/**
 * Axes of weights: convolutions are OIHW in PyTorch and HWIO here, linear weights [out, in] and
 * [in, out]; all else is the same.
 */
final class WeightLayout {
  private static final int[] KERNEL = {3, 2, 0, 1};
  private static final int[] LINEAR = {1, 0};

  private WeightLayout() {}

  /** Returns the variables of a student's backbone, in the order of its layers. */
  static List<VariableSpec> variables(Backbone backbone, ImageShape images) {
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter()) {
      backbone.maps(
          new Layers(writer.ops(), writer.variables().scope(Method.STUDENT), Mode.INFERENCE),
          writer.input(
              "images", TFloat32.class, 1, images.height(), images.width(), images.channels()));
      return writer.variables().specs();
    }
  }

  /**
   * Returns the axes of our variable in PyTorch's order; null where they are the same. Only weights
   * of linear layers have two axes and that name.
   */
  private static int[] torchAxes(VariableSpec variable) {
    if (!variable.unscoped().endsWith(".weight")) {
      return null;
    }
    return switch (variable.shape().length) {
      case 4 -> KERNEL;
      case 2 -> LINEAR;
      default -> null;
    };
  }

  /** Returns the shape that PyTorch has for a variable. */
  static List<Long> torchShape(VariableSpec variable) {
    long[] shape = variable.shape();
    int[] axes = torchAxes(variable);
    return axes == null
        ? Arrays.stream(shape).boxed().toList()
        : Arrays.stream(axes).mapToObj(axis -> shape[axis]).toList();
  }

  /** Returns values in our layout of those in PyTorch's. */
  static float[] fromTorch(VariableSpec variable, float[] values) {
    return turned(variable, values, false);
  }

  /** Returns values in PyTorch's layout of those in ours. */
  static float[] toTorch(VariableSpec variable, float[] values) {
    return turned(variable, values, true);
  }

  private static float[] turned(VariableSpec variable, float[] values, boolean toTorch) {
    int[] axes = torchAxes(variable);
    if (axes == null) {
      return values;
    }
    long[] shape = variable.shape();
    long[] strides = new long[axes.length];
    long stride = 1;
    for (int axis = axes.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    float[] turned = new float[values.length];
    long[] index = new long[axes.length];
    int ours = 0;
    for (int torch = 0; torch < values.length; torch++) {
      if (toTorch) {
        turned[torch] = values[ours];
      } else {
        turned[ours] = values[torch];
      }
      for (int i = axes.length - 1; i >= 0; i--) {
        ours += (int) strides[axes[i]];
        if (++index[i] < shape[axes[i]]) {
          break;
        }
        ours -= (int) (index[i] * strides[axes[i]]);
        index[i] = 0;
      }
    }
    return turned;
  }
}
