package org.vocabeam.models.graph;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.StridedSlice;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.op.nn.LeakyRelu;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Layers of networks, on maps {@code [B, H, W, C]}, tokens {@code [B, T, C]} and rows {@code [B,
 * C]}. Parameters have PyTorch's names (weight, bias, running_mean, running_var) and TensorFlow's
 * layouts (kernels HWIO, linear weights [in, out]).
 *
 * <p>A layer on a map computes in the map's type, so that a network whose input is {@link #reduced}
 * stays in the parameters' {@link Precision} from layer to layer. A linear layer computes in that
 * precision and takes and returns float32, as heads and losses do. Weights and statistics are
 * float32; a network in float32 has no cast.
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

  /** Epsilon of layer norm in vision transformers; PyTorch's default is another, 1e-5. */
  static final float LAYER_NORM_EPSILON = 1e-6f;

  /**
   * First weights on tokens. The authors of vision transformers cut them off at +-2, a hundred
   * deviations.
   */
  private static final Initializer TOKEN_WEIGHTS = Initializer.normal(0.02);

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
   * Resizes images or maps by a bilinear filter that grows where they shrink, as PyTorch's {@code
   * interpolate} with {@code antialias} and Pillow do. Each axis is a product with a matrix, which
   * has kernels and gradients everywhere.
   *
   * @param x {@code [B, H, W, C]}
   * @return {@code [B, height, width, C]}; {@code x} itself where it has that size
   */
  public static Operand<TFloat32> resized(Ops tf, Operand<TFloat32> x, int height, int width) {
    int rows = Math.toIntExact(dim(x, 1));
    int columns = Math.toIntExact(dim(x, 2));
    int channels = Math.toIntExact(dim(x, 3));
    Operand<TFloat32> resized = x;
    if (rows != height) {
      // [h, H] [B, H, W C] -> [B, h, W C]
      Operand<TFloat32> flat =
          tf.reshape(resized, tf.constant(new int[] {-1, rows, columns * channels}));
      resized = tf.train.batchMatMul(matrix(tf, rows, height), flat, TFloat32.class);
      resized = tf.reshape(resized, tf.constant(new int[] {-1, height, columns, channels}));
    }
    if (columns != width) {
      // [w, W] [B h, W, C] -> [B h, w, C]
      Operand<TFloat32> flat = tf.reshape(resized, tf.constant(new int[] {-1, columns, channels}));
      resized = tf.train.batchMatMul(matrix(tf, columns, width), flat, TFloat32.class);
      resized = tf.reshape(resized, tf.constant(new int[] {-1, height, width, channels}));
    }
    return resized;
  }

  /** Authors the matrix {@code [1, to, from]} that resizes an axis. */
  private static Operand<TFloat32> matrix(Ops tf, int from, int to) {
    double scale = (double) from / to;
    double reach = Math.max(1, scale);
    float[][][] weights = new float[1][to][from];
    for (int i = 0; i < to; i++) {
      double middle = (i + 0.5) * scale;
      double sum = 0;
      for (int j = 0; j < from; j++) {
        sum += Math.max(0, 1 - Math.abs(j + 0.5 - middle) / reach);
      }
      for (int j = 0; j < from; j++) {
        double weight = Math.max(0, 1 - Math.abs(j + 0.5 - middle) / reach);
        weights[0][i][j] = (float) (weight / sum);
      }
    }
    return tf.constant(weights);
  }

  /** Returns a trained parameter by its name in these layers, for what is not a layer. */
  public Operand<TFloat32> parameter(String name, Initializer initializer, long... shape) {
    return parameters.trained(prefix + name, initializer, shape);
  }

  /**
   * Adds a convolution without bias, {@code [B, H, W, C] -> [B, H / stride, W / stride, outputs]}.
   * It pads (kernel - 1) / 2 zeros on each side, as PyTorch does. At stride 2 TensorFlow's SAME
   * would pad even sizes at the end only, and explicit paddings have no C++ gradient: there the
   * padding is an operation of its own.
   *
   * <p>A 1x1 kernel at stride 2 reads every second cell, which are cut out first: with fewer than 8
   * inputs, oneDNN's gradient of such a kernel is wrong on CPUs with AVX2 (TensorFlow 2.18; {@code
   * LayersTest}).
   */
  public <T extends TFloating> Operand<T> conv(
      Operand<T> x, String name, int outputs, int kernel, int stride) {
    long inputs = dim(x, 3);
    Operand<T> weight =
        cast(
            parameters.trained(
                prefix + name + ".weight",
                Initializer.heFanOut(kernel, outputs),
                kernel,
                kernel,
                inputs,
                outputs),
            x.type());
    List<Long> strides = List.of(1L, (long) stride, (long) stride, 1L);
    if (stride == 1) {
      return tf.nn.conv2d(x, weight, strides, "SAME");
    }
    if (kernel == 1 && inputs < 8) {
      return tf.nn.conv2d(everyNth(x, stride), weight, List.of(1L, 1L, 1L, 1L), "VALID");
    }
    return tf.nn.conv2d(pad(x, (kernel - 1) / 2, 0f), weight, strides, "VALID");
  }

  /** Adds batch norm over all axes but the last; {@code x} is a map or rows. */
  public <T extends TFloating> Operand<T> batchNorm(Operand<T> x, String name) {
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

  private <T extends TFloating> Operand<T> batchNorm(
      Operand<T> x, String scope, Operand<TFloat32> scale, Operand<TFloat32> offset) {
    long channels = scale.shape().get(0);
    boolean rows = x.shape().numDimensions() == 2;
    Operand<T> map = rows ? tf.reshape(x, tf.constant(new long[] {dim(x, 0), 1, 1, channels})) : x;
    String meanName = scope + ".running_mean";
    String varianceName = scope + ".running_var";
    Operand<TFloat32> mean = parameters.statistic(meanName, Initializer.ZEROS, channels);
    Operand<TFloat32> variance = parameters.statistic(varianceName, Initializer.ONES, channels);
    Operand<T> y;
    if (mode == Mode.TRAINING) {
      Operand<TFloat32> none = tf.constant(new float[0]);
      // Its second and third outputs are the batch mean and the unbiased batch variance.
      FusedBatchNorm<T, TFloat32> norm =
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
  public <T extends TFloating> Operand<T> relu(Operand<T> x) {
    return tf.nn.relu(x);
  }

  /** Adds x, and 0.2 x below 0 (Radford et al. 2016). */
  public <T extends TFloating> Operand<T> leakyRelu(Operand<T> x) {
    return tf.nn.leakyRelu(x, LeakyRelu.alpha(0.2f));
  }

  /** Repeats each cell four times, {@code [B, H, W, C] -> [B, 2 H, 2 W, C]}. */
  public <T extends TFloating> Operand<T> upsample(Operand<T> x) {
    // The gradient of a resize by the nearest neighbour has no deterministic kernel for GPUs.
    return tf.nn.depthToSpace(tf.concat(List.of(x, x, x, x), tf.constant(3)), 2L);
  }

  /**
   * Adds the exact GELU, x Phi(x) (Hendrycks and Gimpel 2016); its approximation by tanh is another
   * function.
   */
  public <T extends TFloating> Operand<T> gelu(Operand<T> x) {
    Operand<T> erf = tf.math.erf(tf.math.mul(x, constant(Math.sqrt(0.5), x.type())));
    return tf.math.mul(
        tf.math.mul(x, constant(0.5, x.type())), tf.math.add(erf, constant(1, x.type())));
  }

  /** Adds x sigma(x) (Hendrycks and Gimpel 2016; Elfwing et al. 2018). */
  public <T extends TFloating> Operand<T> silu(Operand<T> x) {
    return tf.math.mul(x, tf.math.sigmoid(x));
  }

  /**
   * Adds layer norm over the last axis (Ba et al. 2016), with the biased variance.
   *
   * @param x tokens {@code [B, T, C]}
   */
  public Operand<TFloat32> layerNorm(Operand<TFloat32> x, String name) {
    return layerNorm(x, name, LAYER_NORM_EPSILON);
  }

  /** Adds layer norm with another epsilon than the usual one of transformers, 1e-6. */
  public Operand<TFloat32> layerNorm(Operand<TFloat32> x, String name, float epsilon) {
    int last = x.shape().numDimensions() - 1;
    long channels = dim(x, last);
    Operand<TFloat32> scale =
        parameters.trained(prefix + name + ".weight", Initializer.ONES, channels);
    Operand<TFloat32> offset =
        parameters.trained(prefix + name + ".bias", Initializer.ZEROS, channels);
    Operand<TInt32> axis = tf.constant(last);
    Operand<TFloat32> centred = tf.math.sub(x, tf.math.mean(x, axis, Mean.keepDims(true)));
    Operand<TFloat32> variance = tf.math.mean(tf.math.square(centred), axis, Mean.keepDims(true));
    Operand<TFloat32> inverse = tf.math.rsqrt(tf.math.add(variance, tf.constant(epsilon)));
    return tf.math.add(tf.math.mul(tf.math.mul(centred, inverse), scale), offset);
  }

  /**
   * Adds a linear layer on each token, with the first values of vision transformers.
   *
   * @param x {@code [B, T, in]}
   * @return {@code [B, T, outputs]}
   */
  public <T extends TFloating> Operand<T> tokenwise(Operand<T> x, String name, int outputs) {
    return tokenwise(x, name, outputs, UnaryOperator.identity());
  }

  /** Adds {@link #tokenwise(Operand, String, int)} with what is made of its bias. */
  <T extends TFloating> Operand<T> tokenwise(
      Operand<T> x, String name, int outputs, UnaryOperator<Operand<TFloat32>> used) {
    long inputs = dim(x, 2);
    Operand<T> weight =
        cast(
            parameters.trained(prefix + name + ".weight", TOKEN_WEIGHTS, inputs, outputs),
            x.type());
    Operand<T> bias =
        cast(
            used.apply(parameters.trained(prefix + name + ".bias", Initializer.ZEROS, outputs)),
            x.type());
    Operand<T> rows = tf.reshape(x, tf.constant(new long[] {-1, inputs}));
    Operand<T> y = tf.nn.biasAdd(tf.linalg.matMul(rows, weight), bias);
    return tf.reshape(y, tf.constant(new long[] {-1, dim(x, 1), outputs}));
  }

  /** Adds a factor for every channel, LayerScale (Touvron et al. 2021, eq. 3). */
  public Operand<TFloat32> scaled(Operand<TFloat32> x, String name, double first) {
    long channels = dim(x, x.shape().numDimensions() - 1);
    return tf.math.mul(
        x, parameters.trained(prefix + name, Initializer.constant((float) first), channels));
  }

  /**
   * Drops a branch of some images and scales up that of the others (Huang et al. 2016, "Deep
   * Networks with Stochastic Depth"), in training and where the parameters have noise.
   *
   * @param branch {@code [B, T, C]}
   * @param probability of an image's branch to be dropped, less than 1
   */
  public Operand<TFloat32> dropPath(Operand<TFloat32> branch, double probability) {
    Optional<Operand<TInt32>> seed =
        mode == Mode.TRAINING && probability > 0 ? parameters.noise() : Optional.empty();
    if (seed.isEmpty()) {
      return branch;
    }
    Operand<TFloat32> uniform =
        tf.random.statelessRandomUniform(
            tf.constant(new long[] {dim(branch, 0), 1, 1}), seed.get(), TFloat32.class);
    float kept = (float) (1 - probability);
    Operand<TFloat32> isKept = tf.math.floor(tf.math.add(uniform, tf.constant(kept)));
    return tf.math.mul(branch, tf.math.mul(isKept, tf.constant(1 / kept)));
  }

  /** Adds a linear layer on each cell, {@code [B, H, W, in] -> [B, H, W, outputs]}. */
  public <T extends TFloating> Operand<TFloat32> cells(Operand<T> x, String name, int outputs) {
    long count = dim(x, 0) * dim(x, 1) * dim(x, 2);
    Operand<T> rows = tf.reshape(x, tf.constant(new long[] {count, dim(x, 3)}));
    return tf.reshape(
        linear(rows, name, outputs, true),
        tf.constant(new long[] {dim(x, 0), dim(x, 1), dim(x, 2), outputs}));
  }

  /** Adds a linear layer, {@code [B, in] -> [B, outputs]}. */
  public Operand<TFloat32> linear(
      Operand<? extends TFloating> x, String name, int outputs, boolean bias) {
    int inputs = (int) dim(x, 1);
    Operand<TFloat32> weight =
        parameters.trained(prefix + name + ".weight", Initializer.linear(inputs), inputs, outputs);
    Operand<TFloat32> y = product(x, weight, parameters.precision().type(), false);
    return bias
        ? tf.math.add(
            y, parameters.trained(prefix + name + ".bias", Initializer.linear(inputs), outputs))
        : y;
  }

  /** Returns inner products, {@code [B, in] x [K, in] -> [B, K]}, in the parameters' precision. */
  public Operand<TFloat32> timesTransposed(Operand<TFloat32> rows, Operand<TFloat32> words) {
    return product(rows, words, parameters.precision().type(), true);
  }

  private <T extends TFloating> Operand<TFloat32> product(
      Operand<? extends TFloating> a,
      Operand<? extends TFloating> b,
      Class<T> type,
      boolean transposed) {
    Operand<T> x = cast(a, type);
    Operand<T> y = cast(b, type);
    return float32(
        transposed ? tf.linalg.matMul(x, y, MatMul.transposeB(true)) : tf.linalg.matMul(x, y));
  }

  /** Adds a 3x3 maximum at stride 2; the padding of one cell never wins. */
  public <T extends TFloating> Operand<T> maxPool(Operand<T> x) {
    return tf.nn.maxPool(
        pad(x, 1, Float.NEGATIVE_INFINITY),
        tf.constant(new int[] {1, 3, 3, 1}),
        tf.constant(new int[] {1, 2, 2, 1}),
        "VALID");
  }

  /** Returns the mean over the cells, {@code [B, H, W, C] -> [B, C]}. */
  public Operand<TFloat32> globalAveragePool(Operand<? extends TFloating> x) {
    return tf.math.mean(float32(x), tf.constant(new int[] {1, 2}));
  }

  /** Returns a map in the parameters' precision, for the layers that follow. */
  public Operand<? extends TFloating> reduced(Operand<? extends TFloating> x) {
    return cast(x, parameters.precision().type());
  }

  /** Returns a map in float32, for what is not a layer. */
  public Operand<TFloat32> float32(Operand<? extends TFloating> x) {
    return cast(x, TFloat32.class);
  }

  <T extends TFloating> Operand<T> constant(double value, Class<T> type) {
    return cast(tf.constant((float) value), type);
  }

  <T extends TFloating> Operand<T> cast(Operand<? extends TFloating> x, Class<T> type) {
    return x.type() == type ? x.asOutput().expect(type) : tf.dtypes.cast(x, type);
  }

  /**
   * Returns {@code -sum_k y_k log softmax_k(logits)} of every row, {@code [B, K] -> [B]}.
   * TensorFlow's own cross-entropy has no deterministic kernel for GPUs.
   *
   * @param targets y, {@code [B, K]}
   */
  public static Operand<TFloat32> crossEntropy(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets) {
    return tf.math.neg(tf.sum(tf.math.mul(targets, tf.nn.logSoftmax(logits)), tf.constant(1)));
  }

  /** Returns rows divided by their Euclidean length (at least 1e-12, as PyTorch). */
  public static Operand<TFloat32> l2Normalize(Ops tf, Operand<TFloat32> rows) {
    Operand<TFloat32> squared = tf.sum(tf.math.square(rows), tf.constant(1), Sum.keepDims(true));
    return tf.math.mul(rows, tf.math.rsqrt(tf.math.maximum(squared, tf.constant(1e-24f))));
  }

  /** Returns inner products in float32, {@code [B, in] x [K, in] -> [B, K]}. */
  public static Operand<TFloat32> timesTransposed(
      Ops tf, Operand<TFloat32> rows, Operand<TFloat32> words) {
    return tf.linalg.matMul(rows, words, MatMul.transposeB(true));
  }

  /** Returns the mean over all elements, a scalar. */
  public static Operand<TFloat32> meanOfAll(Ops tf, Operand<TFloat32> x) {
    int[] axes = IntStream.range(0, x.shape().numDimensions()).toArray();
    return tf.math.mean(x, tf.constant(axes), Mean.keepDims(false));
  }

  private <T extends TFloating> Operand<T> everyNth(Operand<T> x, int n) {
    int[] end = {0, (int) dim(x, 1), (int) dim(x, 2), (int) dim(x, 3)};
    // To the end of the first axis, the images, whose number may be unknown.
    return tf.stridedSlice(
        x,
        tf.constant(new int[4]),
        tf.constant(end),
        tf.constant(new int[] {1, n, n, 1}),
        StridedSlice.endMask(1L));
  }

  private <T extends TFloating> Operand<T> pad(Operand<T> x, int cells, float value) {
    return tf.pad(
        x,
        tf.constant(new int[][] {{0, 0}, {cells, cells}, {cells, cells}, {0, 0}}),
        constant(value, x.type()));
  }

  static long dim(Operand<?> x, int axis) {
    long size = x.shape().get(axis);
    checkArgument(size > 0, "axis %s is unknown in %s, must be static", axis, x.shape());
    return size;
  }
}
