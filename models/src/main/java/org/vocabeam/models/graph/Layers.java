package org.vocabeam.models.graph;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.op.nn.LeakyRelu;
import org.tensorflow.types.TFloat32;

/**
 * Layers of networks, on maps {@code [B, H, W, C]} and rows {@code [B, C]}. Parameters have
 * PyTorch's names (weight, bias, running_mean, running_var) and TensorFlow's layouts (kernels HWIO,
 * linear weights [in, out]).
 *
 * <pre>{@code
 * Layers block = layers.in("layer1.0");
 * Operand<TFloat32> y = block.relu(block.batchNorm(block.conv(x, "conv1", 64, 3, 1), "bn1"));
 * }</pre>
 */
public final class Layers {
  /** Epsilon of batch norm, as in PyTorch and the papers. */
  public static final float EPSILON = 1e-5f;

  /** Momentum of batch norm: running = (1 - momentum) running + momentum batch. */
  public static final float RUNNING_MOMENTUM = 0.1f;

  /** Statistics that batch norm uses. */
  public enum Mode {
    /** Statistics of the batch, which also move the running ones. */
    TRAINING,
    /** The running ones. */
    INFERENCE
  }

  private final Ops tf;
  private final Parameters parameters;
  private final Mode mode;
  private final String prefix;

  /** Makes layers that get their parameters from {@code parameters}. */
  public Layers(Ops tf, Parameters parameters, Mode mode) {
    this(tf, parameters, mode, "");
  }

  private Layers(Ops tf, Parameters parameters, Mode mode, String prefix) {
    this.tf = tf;
    this.parameters = parameters;
    this.mode = mode;
    this.prefix = prefix;
  }

  /** Returns the same layers with {@code name.} before each parameter's name. */
  public Layers in(String name) {
    return new Layers(tf, parameters, mode, prefix + name + ".");
  }

  /** Returns the operations of the graph. */
  public Ops ops() {
    return tf;
  }

  /**
   * Adds a convolution without bias, {@code [B, H, W, C] -> [B, H / stride, W / stride, outputs]}.
   * It pads (kernel - 1) / 2 zeros on each side, as PyTorch does. At stride 2 TensorFlow's SAME
   * would pad even sizes at the end only, and explicit paddings have no C++ gradient: there the
   * padding is an operation of its own.
   */
  public Operand<TFloat32> conv(
      Operand<TFloat32> x, String name, int outputs, int kernel, int stride) {
    long inputs = dim(x, 3);
    Operand<TFloat32> weight =
        parameters.trained(
            prefix + name + ".weight",
            Initializer.heFanOut(kernel, outputs),
            kernel,
            kernel,
            inputs,
            outputs);
    List<Long> strides = List.of(1L, (long) stride, (long) stride, 1L);
    if (stride == 1) {
      return tf.nn.conv2d(x, weight, strides, "SAME");
    }
    return tf.nn.conv2d(pad(x, (kernel - 1) / 2, 0f), weight, strides, "VALID");
  }

  /** Adds batch norm over all axes but the last; {@code x} is a map or rows. */
  public Operand<TFloat32> batchNorm(Operand<TFloat32> x, String name) {
    long channels = dim(x, x.shape().numDimensions() - 1);
    String scope = prefix + name;
    Operand<TFloat32> scale = parameters.trained(scope + ".weight", Initializer.ONES, channels);
    Operand<TFloat32> offset = parameters.trained(scope + ".bias", Initializer.ZEROS, channels);
    return batchNorm(x, scope, scale, offset);
  }

  /** Adds batch norm without scale and offset. */
  public Operand<TFloat32> standardize(Operand<TFloat32> x, String name) {
    int channels = (int) dim(x, x.shape().numDimensions() - 1);
    return batchNorm(
        x,
        prefix + name,
        tf.fill(tf.constant(new int[] {channels}), tf.constant(1f)),
        tf.fill(tf.constant(new int[] {channels}), tf.constant(0f)));
  }

  private Operand<TFloat32> batchNorm(
      Operand<TFloat32> x, String scope, Operand<TFloat32> scale, Operand<TFloat32> offset) {
    long channels = scale.shape().get(0);
    boolean rows = x.shape().numDimensions() == 2;
    Operand<TFloat32> map =
        rows ? tf.reshape(x, tf.constant(new long[] {dim(x, 0), 1, 1, channels})) : x;
    String meanName = scope + ".running_mean";
    String varianceName = scope + ".running_var";
    Operand<TFloat32> mean = parameters.statistic(meanName, Initializer.ZEROS, channels);
    Operand<TFloat32> variance = parameters.statistic(varianceName, Initializer.ONES, channels);
    Operand<TFloat32> y;
    if (mode == Mode.TRAINING) {
      Operand<TFloat32> none = tf.constant(new float[0]);
      // Its second and third outputs are the batch mean and the unbiased batch variance.
      FusedBatchNorm<TFloat32, TFloat32> norm =
          tf.nn.fusedBatchNorm(
              map,
              scale,
              offset,
              none,
              none,
              FusedBatchNorm.isTraining(true),
              FusedBatchNorm.epsilon(EPSILON),
              FusedBatchNorm.exponentialAvgFactor(1f));
      parameters.moveStatistic(meanName, moved(mean, norm.batchMean()));
      parameters.moveStatistic(varianceName, moved(variance, norm.batchVariance()));
      y = norm.y();
    } else {
      y =
          tf.nn
              .fusedBatchNorm(
                  map,
                  scale,
                  offset,
                  mean,
                  variance,
                  FusedBatchNorm.isTraining(false),
                  FusedBatchNorm.epsilon(EPSILON))
              .y();
    }
    return rows ? tf.reshape(y, tf.constant(new long[] {dim(x, 0), channels})) : y;
  }

  private Operand<TFloat32> moved(Operand<TFloat32> running, Operand<TFloat32> batch) {
    return tf.math.add(
        tf.math.mul(running, tf.constant(1 - RUNNING_MOMENTUM)),
        tf.math.mul(batch, tf.constant(RUNNING_MOMENTUM)));
  }

  /** Adds max(0, x). */
  public Operand<TFloat32> relu(Operand<TFloat32> x) {
    return tf.nn.relu(x);
  }

  /** Adds x, and 0.2 x below 0 (Radford et al. 2016). */
  public Operand<TFloat32> leakyRelu(Operand<TFloat32> x) {
    return tf.nn.leakyRelu(x, LeakyRelu.alpha(0.2f));
  }

  /** Repeats each cell four times, {@code [B, H, W, C] -> [B, 2 H, 2 W, C]}. */
  public Operand<TFloat32> upsample(Operand<TFloat32> x) {
    int[] size = {(int) (2 * dim(x, 1)), (int) (2 * dim(x, 2))};
    return tf.image.resizeNearestNeighbor(x, tf.constant(size));
  }

  /** Adds a linear layer on each cell, {@code [B, H, W, in] -> [B, H, W, outputs]}. */
  public Operand<TFloat32> cells(Operand<TFloat32> x, String name, int outputs) {
    long count = dim(x, 0) * dim(x, 1) * dim(x, 2);
    Operand<TFloat32> rows = tf.reshape(x, tf.constant(new long[] {count, dim(x, 3)}));
    return tf.reshape(
        linear(rows, name, outputs, true),
        tf.constant(new long[] {dim(x, 0), dim(x, 1), dim(x, 2), outputs}));
  }

  /** Adds a linear layer, {@code [B, in] -> [B, outputs]}. */
  public Operand<TFloat32> linear(Operand<TFloat32> x, String name, int outputs, boolean bias) {
    int inputs = (int) dim(x, 1);
    Operand<TFloat32> weight =
        parameters.trained(prefix + name + ".weight", Initializer.linear(inputs), inputs, outputs);
    Operand<TFloat32> y = tf.linalg.matMul(x, weight);
    return bias
        ? tf.math.add(
            y, parameters.trained(prefix + name + ".bias", Initializer.linear(inputs), outputs))
        : y;
  }

  /** Adds a 3x3 maximum at stride 2; the padding of one cell never wins. */
  public Operand<TFloat32> maxPool(Operand<TFloat32> x) {
    return tf.nn.maxPool(
        pad(x, 1, Float.NEGATIVE_INFINITY),
        tf.constant(new int[] {1, 3, 3, 1}),
        tf.constant(new int[] {1, 2, 2, 1}),
        "VALID");
  }

  /** Returns the mean over the cells, {@code [B, H, W, C] -> [B, C]}. */
  public Operand<TFloat32> globalAveragePool(Operand<TFloat32> x) {
    return tf.math.mean(x, tf.constant(new int[] {1, 2}));
  }

  /** Returns rows divided by their Euclidean length (at least 1e-12, as PyTorch). */
  public static Operand<TFloat32> l2Normalize(Ops tf, Operand<TFloat32> rows) {
    Operand<TFloat32> squared = tf.sum(tf.math.square(rows), tf.constant(1), Sum.keepDims(true));
    return tf.math.mul(rows, tf.math.rsqrt(tf.math.maximum(squared, tf.constant(1e-24f))));
  }

  /** Returns inner products, {@code [B, in] x [K, in] -> [B, K]}. */
  public static Operand<TFloat32> timesTransposed(
      Ops tf, Operand<TFloat32> rows, Operand<TFloat32> words) {
    return tf.linalg.matMul(rows, words, MatMul.transposeB(true));
  }

  /** Returns the mean over all elements, a scalar. */
  public static Operand<TFloat32> meanOfAll(Ops tf, Operand<TFloat32> x) {
    int[] axes = IntStream.range(0, x.shape().numDimensions()).toArray();
    return tf.math.mean(x, tf.constant(axes), Mean.keepDims(false));
  }

  private Operand<TFloat32> pad(Operand<TFloat32> x, int cells, float value) {
    return tf.pad(
        x,
        tf.constant(new int[][] {{0, 0}, {cells, cells}, {cells, cells}, {0, 0}}),
        tf.constant(value));
  }

  private static long dim(Operand<TFloat32> x, int axis) {
    long size = x.shape().get(axis);
    checkArgument(size > 0, "axis %s is unknown in %s, must be static", axis, x.shape());
    return size;
  }
}
