package org.vocabeam.models.onnx;

import static org.vocabeam.models.onnx.Attributes.integer;
import static org.vocabeam.models.onnx.Attributes.integers;
import static org.vocabeam.models.onnx.Attributes.number;

import ai.onnx.proto.OnnxMl.AttributeProto;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.vocabeam.models.UserError;

/**
 * Translations by TensorFlow's name of an operation. An operation is added here when a network
 * first uses it.
 */
final class Operators {
  /** A translation of a node. */
  interface Operator {
    void translate(Step step);
  }

  private static final Map<String, Operator> ALL =
      ImmutableMap.<String, Operator>builder()
          .put("Identity", Operators::same)
          .put("EnsureShape", Operators::same)
          .put("Relu", unary("Relu"))
          .put("Sigmoid", unary("Sigmoid"))
          .put("Erf", Operators::erf)
          .put("Floor", unary("Floor"))
          .put("Rint", unary("Round"))
          .put("Cast", Operators::cast)
          .put("Square", Operators::square)
          .put("Rsqrt", Operators::reciprocalRoot)
          .put("Add", Operators::add)
          .put("AddV2", Operators::add)
          .put("Sub", binary("Sub"))
          .put("Mul", binary("Mul"))
          .put("Div", binary("Div"))
          .put("RealDiv", binary("Div"))
          .put("FloorDiv", Operators::floorDiv)
          .put("Maximum", binary("Max"))
          .put("Equal", binary("Equal"))
          .put("BiasAdd", binary("Add"))
          .put("Conv2D", Operators::conv2d)
          .put("MaxPoolV2", Operators::maxPool)
          .put("FusedBatchNormV3", Operators::batchNorm)
          .put("MatMul", Operators::matMul)
          .put("BatchMatMul", Operators::batchMatMul)
          .put("BatchMatMulV2", Operators::batchMatMul)
          .put("Softmax", step -> step.put(step.add("Softmax", step.plain(0), integer("axis", -1))))
          .put("Mean", Operators::mean)
          .put("All", Operators::all)
          .put("Shape", Operators::shape)
          .put("Reshape", Operators::reshape)
          .put("ExpandDims", Operators::expandDims)
          .put("Transpose", Operators::transpose)
          .put("SpaceToDepth", Operators::spaceToDepth)
          .put("Pad", Operators::pad)
          .put("PadV2", Operators::pad)
          .put("ConcatV2", Operators::concat)
          .put("Unpack", Operators::unpack)
          .put("Split", Operators::split)
          .put("Slice", Operators::slice)
          .put("StridedSlice", Operators::stridedSlice)
          .put("ReverseV2", Operators::reverse)
          .put("ScaleAndTranslate", Resizing::translate)
          .build();

  private Operators() {}

  /**
   * Returns the translation of a node.
   *
   * @throws UserError if there is none
   */
  static Operator of(Node node) {
    Operator operator = ALL.get(node.operation());
    if (operator == null) {
      throw new UserError(
          String.format(
              "ONNX: the network has the operation %s (%s), which has no translation; export it in"
                  + " another format",
              node.operation(), node.name()));
    }
    return operator;
  }

  private static void same(Step step) {
    step.translation().same(step.output(), step.node().input(0));
  }

  private static Operator unary(String operator) {
    return step -> {
      boolean first = step.isChannelsFirst(0);
      step.put(step.add(operator, first ? step.channelsFirst(0) : step.plain(0)), first);
    };
  }

  /** Runtimes know GELU by its erf(x / sqrt(2)); TensorFlow is given a product. */
  private static void erf(Step step) {
    Node product = step.translation().source().node(step.node().input(0).node());
    Step before = new Step(step.translation(), product, step.scope());
    boolean gelu =
        product.operation().equals("Mul")
            && before.isConstant(1)
            && before.constant(1).count() == 1
            && before.constant(1).number() == (float) Math.sqrt(0.5);
    step.put(
        step.add(
            "Erf",
            gelu
                ? step.add("Div", List.of(before.plain(0), Step.number((float) Math.sqrt(2))))
                : step.plain(0)));
  }

  /** With a map that exists in ONNX's order alone, the other operand is put in that order. */
  private static Operator binary(String operator) {
    return step -> {
      boolean first = step.anyChannelsFirst() && isMap(step, 0) && isMap(step, 1);
      List<Value> inputs =
          first ? List.of(step.channelsFirst(0), step.channelsFirst(1)) : step.inputs();
      step.put(step.add(operator, inputs), first);
    };
  }

  private static boolean isMap(Step step, int input) {
    return step.isConstant(input) || step.rank(input) == 4;
  }

  private static void add(Step step) {
    LayerNorm norm = LayerNorm.find(step);
    if (norm == null) {
      binary("Add").translate(step);
    } else {
      norm.translate(step);
    }
  }

  /** Adds floor(x / y) of sizes, which are not negative: ONNX's quotient of integers is cut off. */
  private static void floorDiv(Step step) {
    if (step.node().type("T") == ElementType.FLOAT) {
      throw step.refused("it divides float32, must divide integers");
    }
    binary("Div").translate(step);
  }

  private static void cast(Step step) {
    boolean first = step.isChannelsFirst(0);
    Value x = first ? step.channelsFirst(0) : step.plain(0);
    step.put(step.cast(x, step.node().type("DstT")), first);
  }

  private static void square(Step step) {
    Value x = step.plain(0);
    step.put(step.add("Mul", List.of(x, x)));
  }

  private static void reciprocalRoot(Step step) {
    step.put(step.add("Reciprocal", step.add("Sqrt", step.plain(0))));
  }

  private static void conv2d(Step step) {
    checkChannelsLast(step);
    Constant kernel = step.constant(1);
    long[] size = Arrays.copyOf(kernel.shape(), 2);
    long[] strides = spatial(step, step.node().integers("strides"));
    Padded padded = Padded.of(step, /* fill= */ 0f, size, strides);
    if (step.shape(0).get(3) != kernel.shape()[2]) {
      throw step.refused("it has groups, must have none");
    }
    step.putChannelsFirst(
        step.add(
            "Conv",
            List.of(
                step.translation().channelsFirst(padded.input()),
                // Kernels HWIO -> OIHW.
                step.constant(1, kernel.permuted(3, 2, 0, 1))),
            integers("kernel_shape", size),
            integers("strides", strides),
            integers("pads", padded.pads())));
  }

  private static void maxPool(Step step) {
    checkChannelsLast(step);
    long[] size = spatial(step, step.integers(1));
    long[] strides = spatial(step, step.integers(2));
    Padded padded = Padded.of(step, Float.NEGATIVE_INFINITY, size, strides);
    step.putChannelsFirst(
        step.add(
            "MaxPool",
            step.translation().channelsFirst(padded.input()),
            integers("kernel_shape", size),
            integers("strides", strides),
            integers("pads", padded.pads())));
  }

  private static void checkChannelsLast(Step step) {
    String order = step.node().text("data_format");
    if (!order.equals("NHWC")) {
      throw step.refused("its maps are " + order + ", must be NHWC");
    }
    long[] dilations = step.node().integers("dilations");
    if (!Arrays.stream(dilations).allMatch(dilation -> dilation == 1)) {
      throw step.refused("its dilations are " + Arrays.toString(dilations) + ", must be 1");
    }
  }

  /** Returns those of the height and the width. */
  private static long[] spatial(Step step, long[] ofAxes) {
    if (ofAxes[0] != 1 || ofAxes[3] != 1) {
      throw step.refused(Arrays.toString(ofAxes) + " must be 1 for images and channels");
    }
    return Arrays.copyOfRange(ofAxes, 1, 3);
  }

  private static void batchNorm(Step step) {
    checkChannelsLast(step);
    if (step.node().flag("is_training")) {
      throw step.refused("it takes the statistics of the batch, must take running ones");
    }
    step.putChannelsFirst(
        step.add(
            "BatchNormalization",
            List.of(
                step.channelsFirst(0), step.plain(1), step.plain(2), step.plain(3), step.plain(4)),
            number("epsilon", step.node().number("epsilon"))));
  }

  private static void matMul(Step step) {
    step.put(
        step.add(
            "MatMul",
            List.of(
                matrix(step, 0, step.node().flag("transpose_a")),
                matrix(step, 1, step.node().flag("transpose_b")))));
  }

  private static void batchMatMul(Step step) {
    step.put(
        step.add(
            "MatMul",
            List.of(
                matrix(step, 0, step.node().flag("adj_x")),
                matrix(step, 1, step.node().flag("adj_y")))));
  }

  private static Value matrix(Step step, int input, boolean transposed) {
    if (!transposed) {
      return step.plain(input);
    }
    int rank = step.rank(input);
    int[] axes = IntStream.range(0, rank).toArray();
    axes[rank - 2] = rank - 1;
    axes[rank - 1] = rank - 2;
    return step.isConstant(input)
        ? step.constant(input, step.constant(input).permuted(axes))
        : transposed(step, step.plain(input), axes);
  }

  static Value transposed(Step step, Value x, int... axes) {
    return step.add("Transpose", x, integers("perm", longs(axes)));
  }

  private static long[] longs(int... values) {
    return Arrays.stream(values).asLongStream().toArray();
  }

  private static void mean(Step step) {
    boolean kept = step.node().flag("keep_dims");
    long[] axes = step.axes(1, step.rank(0));
    // Over all cells of a map, the order of its axes does not matter.
    boolean cells = step.isChannelsFirst(0) && !kept && Arrays.equals(axes, new long[] {1, 2});
    step.put(
        step.add(
            "ReduceMean",
            cells ? step.channelsFirst(0) : step.plain(0),
            integers("axes", cells ? new long[] {2, 3} : axes),
            integer("keepdims", kept ? 1 : 0)));
  }

  private static void all(Step step) {
    Value least =
        step.add(
            "ReduceMin",
            step.cast(step.plain(0), ElementType.INT32),
            integers("axes", step.axes(1, step.rank(0))),
            integer("keepdims", step.node().flag("keep_dims") ? 1 : 0));
    step.put(step.cast(least, ElementType.BOOL));
  }

  private static void shape(Step step) {
    step.put(step.cast(step.add("Shape", step.plain(0)), step.node().type("out_type")));
  }

  private static void reshape(Step step) {
    step.put(step.add("Reshape", List.of(step.plain(0), Step.list(step.integers(1)))));
  }

  private static void expandDims(Step step) {
    step.put(step.add("Unsqueeze", List.of(step.plain(0), Step.list(step.integers(1)))));
  }

  private static void transpose(Step step) {
    step.put(step.add("Transpose", step.plain(0), integers("perm", step.integers(1))));
  }

  /** In both libraries a cell's channels are in the order of its pixels. */
  private static void spaceToDepth(Step step) {
    checkChannelsLast(step);
    step.putChannelsFirst(
        step.add(
            "SpaceToDepth",
            step.channelsFirst(0),
            integer("blocksize", step.node().integer("block_size"))));
  }

  private static void pad(Step step) {
    Constant pads = step.constant(1);
    // [rank, 2] -> all beginnings, then all ends
    step.put(
        step.add(
            "Pad",
            List.of(
                step.plain(0),
                Step.list(pads.permuted(1, 0).integers()),
                Step.number(Padded.fill(step)))));
  }

  private static void concat(Step step) {
    int last = step.node().inputs().size() - 1;
    step.put(
        step.add(
            "Concat",
            step.inputs().subList(0, last),
            integer("axis", step.axes(last, step.rank(0))[0])));
  }

  private static void unpack(Step step) {
    AttributeProto axis = integer("axis", step.node().integer("axis"));
    for (int i = 0; i < step.node().integer("num"); i++) {
      step.put(
          i,
          step.add(
              "Gather", List.of(step.plain(0), Step.constant(Constant.scalar((long) i))), axis));
    }
  }

  private static void split(Step step) {
    List<Value> parts =
        step.translation()
            .graph()
            .add(
                step.scope(),
                "Split",
                List.of(step.plain(1)),
                Math.toIntExact(step.node().integer("num_split")),
                integer("axis", step.axes(0, step.rank(1))[0]));
    for (int i = 0; i < parts.size(); i++) {
      step.put(i, parts.get(i));
    }
  }

  private static void slice(Step step) {
    long[] begin = step.integers(1);
    long[] size = step.integers(2);
    long[] end =
        IntStream.range(0, begin.length)
            .mapToLong(i -> size[i] < 0 ? Long.MAX_VALUE : begin[i] + size[i])
            .toArray();
    step.put(sliced(step, begin, end, repeated(1, end.length)));
  }

  private static void stridedSlice(Step step) {
    for (String mask : List.of("ellipsis_mask", "new_axis_mask", "shrink_axis_mask")) {
      if (step.node().integer(mask) != 0) {
        throw step.refused(mask + " is " + step.node().integer(mask) + ", must be 0");
      }
    }
    long[] begin = step.integers(1);
    long[] end = step.integers(2);
    for (int i = 0; i < begin.length; i++) {
      begin[i] = (step.node().integer("begin_mask") >> i & 1) == 1 ? 0 : begin[i];
      end[i] = (step.node().integer("end_mask") >> i & 1) == 1 ? Long.MAX_VALUE : end[i];
    }
    long[] strides = step.integers(3);
    if (Arrays.stream(strides).anyMatch(stride -> stride <= 0)) {
      throw step.refused("strides are " + Arrays.toString(strides) + ", must be positive");
    }
    step.put(sliced(step, begin, end, strides));
  }

  private static Value sliced(Step step, long[] begin, long[] end, long[] strides) {
    return step.add(
        "Slice",
        List.of(
            step.plain(0),
            Step.list(begin),
            Step.list(end),
            Step.list(LongStream.range(0, begin.length).toArray()),
            Step.list(strides)));
  }

  private static void reverse(Step step) {
    long[] axes = step.axes(1, step.rank(0));
    Value backwards = Step.list(repeated(-1, axes.length));
    step.put(
        step.add(
            "Slice",
            List.of(
                step.plain(0),
                backwards,
                Step.list(repeated(Long.MIN_VALUE, axes.length)),
                Step.list(axes),
                backwards)));
  }

  private static long[] repeated(long value, int count) {
    return LongStream.generate(() -> value).limit(count).toArray();
  }
}
