package org.vocabeam.models.onnx;

import static org.vocabeam.models.onnx.Attributes.integer;

import java.util.List;

/**
 * TensorFlow's {@code ScaleAndTranslate} with an antialiased triangle, which ONNX's {@code Resize}
 * does not have: a product with a matrix for each axis, whose entries are computed from the size of
 * the images (TensorFlow's {@code scale_and_translate_op.cc}):
 *
 * <pre>
 * centre(i) = (i + 0.5 - translation) / scale                   of the i-th place of the result
 * w(i, j) = max(0, 1 - |j + 0.5 - centre(i)| / max(1 / scale, 1)),   divided by its sum over j
 * </pre>
 */
final class Resizing {
  private Resizing() {}

  static void translate(Step step) {
    String kernel = step.node().text("kernel_type");
    if (!kernel.equals("triangle") || !step.node().flag("antialias")) {
      throw step.refused("its kernel is " + kernel + ", must be an antialiased triangle");
    }
    long[] size = step.integers(1);
    long channels = step.shape(0).get(3);
    Value images = step.plain(0);
    Value shape = step.add("Shape", images);
    // [N, h, w, C] -> [N, h, w C] -> [N, H, w C] -> [N, H, w, C] -> [N, C, H, w] -> [N, C, H, W]
    Value rows =
        step.add("Reshape", List.of(step.cast(images, ElementType.FLOAT), Step.list(0, 0, -1)));
    Value resized = step.add("MatMul", List.of(weights(step, shape, 0, size[0]), rows));
    Value maps = step.add("Reshape", List.of(resized, Step.list(0, size[0], -1, channels)));
    Value columns = Operators.transposed(step, weights(step, shape, 1, size[1]), 1, 0);
    step.putChannelsFirst(
        step.add(
            "MatMul",
            List.of(Operators.transposed(step, maps, Translation.CHANNELS_FIRST), columns)));
  }

  /**
   * Adds the matrix of an axis.
   *
   * @param shape of the images
   * @param axis 0 for the height, 1 for the width
   * @param size of the result on the axis
   * @return {@code [size, n]} for n pixels
   */
  private static Value weights(Step step, Value shape, int axis, long size) {
    Value scale = element(step, step.plain(2), axis);
    Value translation = element(step, step.plain(3), axis);
    float[] middles = new float[Math.toIntExact(size)];
    for (int i = 0; i < size; i++) {
      middles[i] = i + 0.5f;
    }
    Value places = Step.constant(Constant.of(middles).reshaped(size, 1));
    Value centres = step.add("Div", List.of(step.add("Sub", List.of(places, translation)), scale));
    Value count = element(step, shape, axis + 1);
    Value range =
        step.add(
            "Range",
            List.of(Step.constant(Constant.scalar(0L)), count, Step.constant(Constant.scalar(1L))));
    Value pixels = step.add("Add", List.of(step.cast(range, ElementType.FLOAT), Step.number(0.5f)));
    Value apart = step.add("Abs", step.add("Sub", List.of(pixels, centres)));
    Value reach = step.add("Max", List.of(step.add("Reciprocal", scale), Step.number(1f)));
    Value weights =
        step.add(
            "Relu",
            step.add("Sub", List.of(Step.number(1f), step.add("Div", List.of(apart, reach)))));
    Value sums = step.add("ReduceSum", List.of(weights, Step.list(1)), integer("keepdims", 1));
    return step.add("Div", List.of(weights, sums));
  }

  private static Value element(Step step, Value list, int index) {
    return step.add(
        "Gather", List.of(list, Step.constant(Constant.scalar((long) index))), integer("axis", 0));
  }
}
