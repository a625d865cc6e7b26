package org.vocabeam.models.onnx;

import java.util.Arrays;

/**
 * Input of a convolution or a maximum, with the cells that it adds around each map: those of its
 * own padding, or of a node before it.
 *
 * @param pads top, left, bottom, right
 */
record Padded(Source input, long[] pads) {

  /**
   * Returns the input of a node.
   *
   * @param fill value of the cells that are added
   * @param size height and width of the kernel
   * @param strides down and across
   */
  static Padded of(Step step, float fill, long[] size, long[] strides) {
    Source input = step.node().input(0);
    String padding = step.node().text("padding");
    if (padding.equals("SAME")) {
      return new Padded(input, same(step, size, strides));
    }
    if (!padding.equals("VALID")) {
      throw step.refused("padding is " + padding + ", must be SAME or VALID");
    }
    Node before = step.translation().source().node(input.node());
    if (before.operation().startsWith("Pad")) {
      Step pad = new Step(step.translation(), before, step.scope());
      long[] cells = pad.integers(1);
      boolean outsideMaps = cells[0] + cells[1] + cells[6] + cells[7] > 0;
      if (!outsideMaps && fill(pad) == fill) {
        return new Padded(before.input(0), new long[] {cells[2], cells[4], cells[3], cells[5]});
      }
    }
    return new Padded(input, new long[4]);
  }

  /** Returns the value that a padding puts into the new cells. */
  static float fill(Step pad) {
    return pad.node().inputs().size() < 3 ? 0 : pad.constant(2).number();
  }

  /**
   * Returns TensorFlow's SAME: as little as gives every stride a place, the odd cell at the end.
   */
  private static long[] same(Step step, long[] size, long[] strides) {
    long[] pads = new long[4];
    for (int i = 0; i < 2; i++) {
      long side = step.shape(0).get(i + 1);
      if (side < 0 && strides[i] > 1) {
        throw step.refused("padding is SAME at a stride of " + Arrays.toString(strides));
      }
      long covered =
          strides[i] == 1 ? size[i] - 1 : (side + strides[i] - 1) / strides[i] * strides[i];
      long added = strides[i] == 1 ? covered : Math.max(0, covered - strides[i] + size[i] - side);
      pads[i] = added / 2;
      pads[i + 2] = added - added / 2;
    }
    return pads;
  }
}
