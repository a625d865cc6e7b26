package org.vocabeam.models.codebook;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;

/**
 * Nearest words of descriptors: argmin_k |f - v_k|^2 (docs/methods.md, section 2). Because |f|^2 is
 * the same for all words of a descriptor, that is argmax_k (f v_k - |v_k|^2 / 2), one matrix
 * product. The first of equally near words wins.
 *
 * <p>A program is made for a number of words and channels; the words are a variable, so that an
 * iteration of k-means only writes new ones. Not thread-safe; each worker makes its own.
 *
 * <pre>{@code
 * try (NearestWord nearest = NearestWord.of(words, count, channels)) {
 *   int[] assigned = new int[rows];
 *   nearest.assign(descriptors, rows, assigned);
 * }
 * }</pre>
 */
public final class NearestWord implements AutoCloseable {
  /** Largest number of scores of a batch, [B, K], so that they stay in the caches. */
  private static final int BATCH_SCORES = 1 << 22;

  /**
   * Largest number of descriptor values of a batch, [B, C]: not much more than a row group of a
   * store.
   */
  private static final int BATCH_VALUES = 1 << 19;

  private static final int LARGEST_BATCH = 4096;
  private static final int SMALLEST_BATCH = 256;

  /** Words whose largest score is found in one vectorised pass. */
  private static final int LANE = 64;

  private static final String WORDS = "words";
  private static final String OFFSETS = "offsets";
  private static final String NEAREST = "nearest";

  private final int count;
  private final int padded;
  private final int channels;
  private final int batch;
  private final Program program;
  private float[] words = new float[0];

  /**
   * Makes the program; {@link #setWords} has to follow.
   *
   * @param count K, the number of words
   * @param channels C, their width
   */
  public NearestWord(int count, int channels) {
    checkArgument(count > 0, "%s words, must be positive", count);
    checkArgument(channels > 0, "%s channels, must be positive", channels);
    this.count = count;
    this.padded = (count + LANE - 1) / LANE * LANE;
    this.channels = channels;
    int largest = Math.min(BATCH_SCORES / padded, BATCH_VALUES / channels);
    this.batch =
        Math.max(SMALLEST_BATCH, Math.min(LARGEST_BATCH, Integer.highestOneBit(largest | 1)));
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter()) {
      author(writer);
      program = Program.load(writer);
    }
  }

  /**
   * Makes a program with its words.
   *
   * @param words {@code [K, C]}, row-major; not copied
   * @param count K, the number of words
   * @param channels C, their width
   */
  public static NearestWord of(float[] words, int count, int channels) {
    NearestWord nearest = new NearestWord(count, channels);
    nearest.setWords(words);
    return nearest;
  }

  private void author(ProgramWriter writer) {
    Ops tf = writer.ops();
    Operand<TFloat32> descriptors = writer.input("descriptors", TFloat32.class, batch, channels);
    Operand<TFloat32> transposed =
        writer.variables().variable("", WORDS, Role.STATISTIC, Initializer.ZEROS, channels, padded);
    Operand<TFloat32> offsets =
        writer.variables().variable("", OFFSETS, Role.STATISTIC, Initializer.ZEROS, padded);
    // [B, K]; the addition is fused into the product.
    Operand<TFloat32> scores = tf.nn.biasAdd(tf.linalg.matMul(descriptors, transposed), offsets);
    writer.signature(
        NEAREST,
        Map.of("descriptors", descriptors),
        Map.of(NEAREST, firstLargest(tf, scores, batch, padded / LANE)));
  }

  /**
   * Returns the place of the first largest value of each row, {@code [B]}. argMax works on one
   * value at a time, max on a vector of them: so first the largest of each lane, then the best
   * lane, then the place in it.
   *
   * @param scores {@code [B, lanes * LANE]}
   * @param rows B
   */
  private static Operand<TInt32> firstLargest(
      Ops tf, Operand<TFloat32> scores, int rows, int lanes) {
    Operand<TFloat32> best =
        tf.max(tf.reshape(scores, tf.constant(new int[] {rows, lanes, LANE})), tf.constant(2));
    Operand<TInt32> lane = tf.math.argMax(best, tf.constant(1), TInt32.class);
    Operand<TInt32> firstOfRow =
        tf.range(tf.constant(0), tf.constant(rows * lanes), tf.constant(lanes));
    Operand<TFloat32> laneScores =
        tf.gather(
            tf.reshape(scores, tf.constant(new int[] {rows * lanes, LANE})),
            tf.math.add(firstOfRow, lane),
            tf.constant(0));
    Operand<TInt32> place = tf.math.argMax(laneScores, tf.constant(1), TInt32.class);
    return tf.math.add(tf.math.mul(lane, tf.constant(LANE)), place);
  }

  /**
   * Replaces the words.
   *
   * @param newWords {@code [K, C]}, row-major; not copied, so it must not change while it is in use
   */
  public void setWords(float[] newWords) {
    checkArgument(
        newWords.length == count * channels,
        "%s values are not %s x %s",
        newWords.length,
        count,
        channels);
    float[] transposed = new float[channels * padded];
    float[] offsets = new float[padded];
    Arrays.fill(offsets, count, padded, Float.NEGATIVE_INFINITY); // padding never wins
    for (int word = 0; word < count; word++) {
      double square = 0;
      for (int c = 0; c < channels; c++) {
        float value = newWords[word * channels + c];
        transposed[c * padded + word] = value;
        square += (double) value * value;
      }
      offsets[word] = (float) (-square / 2);
    }
    program.writeState(Map.of(WORDS, transposed, OFFSETS, offsets));
    words = newWords;
  }

  /** Returns K, the number of words. */
  public int count() {
    return count;
  }

  /** Returns C, the width of a word. */
  public int channels() {
    return channels;
  }

  /** Returns B, the rows compared at a time; a multiple of it wastes nothing. */
  public int batch() {
    return batch;
  }

  /**
   * Writes the number of the nearest word of each descriptor. The same rows in the same places of a
   * call give the same result; for a descriptor that is equally near to two words in float32, it
   * may depend on the place.
   *
   * @param descriptors {@code [rows, C]}, row-major; may be longer
   * @param rows number of descriptors
   * @param nearest numbers of the words, {@code [rows]}; may be longer
   */
  public void assign(float[] descriptors, int rows, int[] nearest) {
    checkArgument(words.length > 0, "the words have not been set");
    checkArgument(
        descriptors.length >= rows * channels && nearest.length >= rows,
        "%s values and %s places are not enough for %s rows of %s",
        descriptors.length,
        nearest.length,
        rows,
        channels);
    for (int first = 0; first < rows; first += batch) {
      int count = Math.min(batch, rows - first);
      int[] found =
          program.run(
              NEAREST,
              Map.of("descriptors", rows(descriptors, first, count)),
              outputs -> outputs.get(0).toIntArray());
      System.arraycopy(found, 0, nearest, first, count);
    }
  }

  /**
   * Writes the nearest words and their distances.
   *
   * @param descriptors {@code [rows, C]}, row-major; may be longer
   * @param rows number of descriptors
   * @param nearest numbers of the words, {@code [rows]}; may be longer
   * @param squaredDistances |f - v|^2 to the nearest word, summed over the differences in float64,
   *     {@code [rows]}; may be longer
   */
  public void assign(float[] descriptors, int rows, int[] nearest, double[] squaredDistances) {
    assign(descriptors, rows, nearest);
    for (int row = 0; row < rows; row++) {
      squaredDistances[row] =
          squaredDistance(descriptors, row * channels, words, nearest[row] * channels, channels);
    }
  }

  private FloatBuffer rows(float[] descriptors, int first, int count) {
    return count == batch
        ? FloatBuffer.wrap(descriptors, first * channels, batch * channels).slice()
        : FloatBuffer.wrap(
            Arrays.copyOf(
                Arrays.copyOfRange(descriptors, first * channels, (first + count) * channels),
                batch * channels));
  }

  /**
   * Returns |a - b|^2 of two rows, in float64. Four sums, because each addition to a single one
   * would wait for the last.
   */
  static double squaredDistance(float[] a, int fromA, float[] b, int fromB, int channels) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int c = 0;
    for (; c < channels - 3; c += 4) {
      double d0 = (double) a[fromA + c] - b[fromB + c];
      double d1 = (double) a[fromA + c + 1] - b[fromB + c + 1];
      double d2 = (double) a[fromA + c + 2] - b[fromB + c + 2];
      double d3 = (double) a[fromA + c + 3] - b[fromB + c + 3];
      s0 += d0 * d0;
      s1 += d1 * d1;
      s2 += d2 * d2;
      s3 += d3 * d3;
    }
    for (; c < channels; c++) {
      double d = (double) a[fromA + c] - b[fromB + c];
      s0 += d * d;
    }
    return (s0 + s1) + (s2 + s3);
  }

  @Override
  public void close() {
    program.close();
  }
}
