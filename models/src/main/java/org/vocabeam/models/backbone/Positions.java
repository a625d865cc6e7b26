package org.vocabeam.models.backbone;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Attention;

/**
 * Way in which a transformer knows the places of patches. Learned positions of a grid are resized
 * to another grid by cubic kernels; each axis is a matrix, {@code [n, g]}, because TensorFlow's own
 * bicubic resize has another kernel.
 */
public enum Positions {
  /**
   * DINO, and DINOv2 without registers: four positions around each place, places scaled by {@code g
   * / (n + 0.1)}, a = -0.75 (reference code, {@code interpolate_pos_encoding}).
   */
  @JsonProperty("offset")
  OFFSET {
    @Override
    double[][] weights(int g, int n) {
      double[][] weights = new double[n][g];
      for (int i = 0; i < n; i++) {
        double place = (i + 0.5) * g / (n + 0.1) - 0.5;
        int first = (int) Math.floor(place) - 1;
        for (int j = first; j < first + 4; j++) {
          weights[i][Math.min(Math.max(j, 0), g - 1)] += cubic(place - j, -0.75);
        }
      }
      return weights;
    }
  },
  /**
   * DINOv2 with registers: places scaled by {@code g / n}, a = -0.5, a kernel that grows where the
   * grid shrinks, and is cut off and normalised at the border (PyTorch with {@code antialias}).
   */
  @JsonProperty("antialiased")
  ANTIALIASED {
    @Override
    double[][] weights(int g, int n) {
      double[][] weights = new double[n][g];
      double scale = (double) g / n;
      double stretch = Math.max(scale, 1);
      for (int i = 0; i < n; i++) {
        double centre = scale * (i + 0.5);
        int first = Math.max(0, (int) (centre - 2 * stretch + 0.5));
        int end = Math.min(g, (int) (centre + 2 * stretch + 0.5));
        double sum = 0;
        for (int j = first; j < end; j++) {
          weights[i][j] = cubic((j - centre + 0.5) / stretch, -0.5);
          sum += weights[i][j];
        }
        for (int j = first; j < end; j++) {
          weights[i][j] /= sum;
        }
      }
      return weights;
    }
  },
  /**
   * DINOv3: no learned positions. Queries and keys of patches are rotated, by angles that grow with
   * the place along each axis; other tokens are not (reference code, {@code
   * RopePositionEmbedding}).
   *
   * <p>Deviation: places are not stretched at random in training.
   */
  @JsonProperty("rotary")
  ROTARY {
    @Override
    double[][] weights(int g, int n) {
      throw new IllegalStateException("there are no positions to resize");
    }
  };

  /** Base of the periods of {@link #ROTARY}. */
  private static final double BASE = 100;

  /**
   * Returns the periods of rotary positions, for places from -1 to 1.
   *
   * @param channels of a head, a multiple of 4
   * @return {@code BASE^(4 i / channels)}, {@code [channels / 4]}
   */
  public static double[] periods(int channels) {
    double[] periods = new double[channels / 4];
    for (int i = 0; i < periods.length; i++) {
      periods[i] = Math.pow(BASE, 4.0 * i / channels);
    }
    return periods;
  }

  /**
   * Returns the angles by which queries and keys are rotated: 2 pi place / period, down and across,
   * and the same again.
   *
   * @param others tokens before the patches, which are not rotated
   * @return {@code [others + rows columns, channels]}
   */
  static double[][] angles(int others, int rows, int columns, int channels) {
    double[] periods = periods(channels);
    double[][] angles = new double[others + rows * columns][channels];
    for (int cell = 0; cell < rows * columns; cell++) {
      int row = cell / columns;
      double down = (2 * row + 1.0) / rows - 1;
      double across = (2 * (cell % columns) + 1.0) / columns - 1;
      for (int i = 0; i < channels; i++) {
        double place = i / periods.length % 2 == 0 ? down : across;
        angles[others + cell][i] = 2 * Math.PI * place / periods[i % periods.length];
      }
    }
    return angles;
  }

  /**
   * Authors the rotation of queries and keys by the places of patches.
   *
   * @param others tokens before the patches, which are not rotated
   * @param channels of a head
   */
  static Attention.Rotation rotation(Ops tf, int others, int rows, int columns, int channels) {
    double[][] angles = angles(others, rows, columns, channels);
    double[][] cosines = new double[angles.length][channels];
    double[][] sines = new double[angles.length][channels];
    for (int token = 0; token < angles.length; token++) {
      for (int i = 0; i < channels; i++) {
        double sine = Math.sin(angles[token][i]);
        cosines[token][i] = Math.cos(angles[token][i]);
        sines[token][i] = i < channels / 2 ? -sine : sine;
      }
    }
    return new Attention.Rotation(matrix(tf, cosines), matrix(tf, sines));
  }

  /**
   * Authors learned positions of another grid.
   *
   * @param square positions of {@code g x g} places, {@code [1, g g, width]}
   * @return {@code [1, rows columns, width]}
   */
  Operand<TFloat32> resized(
      Ops tf, Operand<TFloat32> square, int g, int rows, int columns, int width) {
    // [g g, D] -> [h, g D] -> [h, g, D] -> [g, h D] -> [w, h D] -> [h, w, D]
    Operand<TFloat32> h =
        tf.linalg.matMul(
            matrix(tf, weights(g, rows)),
            tf.reshape(square, tf.constant(new int[] {g, g * width})));
    Operand<TFloat32> turned =
        tf.linalg.transpose(
            tf.reshape(h, tf.constant(new int[] {rows, g, width})),
            tf.constant(new int[] {1, 0, 2}));
    Operand<TFloat32> w =
        tf.linalg.matMul(
            matrix(tf, weights(g, columns)),
            tf.reshape(turned, tf.constant(new int[] {g, rows * width})));
    Operand<TFloat32> map =
        tf.linalg.transpose(
            tf.reshape(w, tf.constant(new int[] {columns, rows, width})),
            tf.constant(new int[] {1, 0, 2}));
    return tf.reshape(map, tf.constant(new int[] {1, rows * columns, width}));
  }

  private static Operand<TFloat32> matrix(Ops tf, double[][] weights) {
    float[][] rounded = new float[weights.length][weights[0].length];
    for (int i = 0; i < weights.length; i++) {
      for (int j = 0; j < weights[i].length; j++) {
        rounded[i][j] = (float) weights[i][j];
      }
    }
    return tf.constant(rounded);
  }

  /**
   * Returns the matrix by which positions of an axis are multiplied.
   *
   * @param g positions that are known
   * @param n positions that are wanted
   * @return {@code [n, g]}
   */
  abstract double[][] weights(int g, int n);

  /** Returns the cubic convolution kernel (Keys 1981, eq. 4) at a distance. */
  private static double cubic(double distance, double a) {
    double x = Math.abs(distance);
    if (x <= 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  }
}
