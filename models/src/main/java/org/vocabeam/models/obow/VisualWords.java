package org.vocabeam.models.obow;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.OneHot;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.vocabeam.models.graph.Layers;

/**
 * From a teacher's map to a bag of visual words (OBoW section 3.1 and 3.2; reference code {@code
 * BoWExtractor}): adaptive soft assignment of every location to the words, then reduction over
 * locations.
 */
public final class VisualWords {
  private VisualWords() {}

  /** Form in which the codes of an image's locations become one vector. */
  public enum Reduction {
    @JsonProperty("max")
    MAX,
    @JsonProperty("average")
    AVERAGE
  }

  /**
   * Authors the map without its outermost cells, whose values come from padding.
   *
   * @param map {@code [B, H, W, C]}
   * @return {@code [B, H - 2 border, W - 2 border, C]}
   */
  static Operand<TFloat32> cropBorder(Ops tf, Operand<TFloat32> map, int border) {
    if (border == 0) {
      return map;
    }
    return tf.slice(
        map,
        tf.constant(new int[] {0, border, border, 0}),
        tf.constant(
            new int[] {
              (int) map.shape().get(0),
              (int) map.shape().get(1) - 2 * border,
              (int) map.shape().get(2) - 2 * border,
              (int) map.shape().get(3)
            }));
  }

  /**
   * Authors squared distances d(u, k) = |F_u - v_k|^2 as |F|^2 - 2 F v + |v|^2, one matrix product,
   * at least 0.
   *
   * @param map {@code [B, h, w, C]}
   * @param words {@code [K, C]}
   * @return {@code [B h w, K]}
   */
  static Operand<TFloat32> squaredDistances(
      Ops tf, Operand<TFloat32> map, Operand<TFloat32> words) {
    long channels = map.shape().get(3);
    Operand<TFloat32> rows = tf.reshape(map, tf.constant(new long[] {-1, channels}));
    Operand<TFloat32> rowNorms = tf.sum(tf.math.square(rows), tf.constant(1), Sum.keepDims(true));
    Operand<TFloat32> wordNorms = tf.sum(tf.math.square(words), tf.constant(1));
    Operand<TFloat32> products =
        Layers.timesTransposed(tf, tf.math.mul(rows, tf.constant(-2f)), words);
    return tf.math.maximum(
        tf.math.add(tf.math.add(products, rowNorms), wordNorms), tf.constant(0f));
  }

  /**
   * Authors d(u, k) = -cos(F_u, v_k) of words that have length 1 (MOCA reference code, {@code
   * assign_words}).
   *
   * @param map {@code [B, h, w, C]}
   * @param words {@code [K, C]}
   * @return {@code [B h w, K]}
   */
  static Operand<TFloat32> cosineDistances(Ops tf, Operand<TFloat32> map, Operand<TFloat32> words) {
    Operand<TFloat32> rows = tf.reshape(map, tf.constant(new long[] {-1, map.shape().get(3)}));
    return tf.math.neg(Layers.timesTransposed(tf, Layers.l2Normalize(tf, rows), words));
  }

  /** Authors mu, the mean over images and locations of the distance to the nearest word. */
  static Operand<TFloat32> meanNearestDistance(Ops tf, Operand<TFloat32> distances) {
    return Layers.meanOfAll(tf, tf.min(distances, tf.constant(1)));
  }

  /**
   * Authors mu of {@link #cosineDistances}, the mean over images and locations of the distance of
   * the mean word behind the nearest.
   */
  static Operand<TFloat32> meanMargin(Ops tf, Operand<TFloat32> distances) {
    return tf.math.sub(Layers.meanOfAll(tf, distances), meanNearestDistance(tf, distances));
  }

  /** Authors {@code m <- decay m + (1 - decay) mu}. */
  static Operand<TFloat32> movedDistance(
      Ops tf, Operand<TFloat32> m, Operand<TFloat32> mu, double decay) {
    return tf.math.add(
        tf.math.mul(m, tf.constant((float) decay)),
        tf.math.mul(mu, tf.constant((float) (1 - decay))));
  }

  /**
   * Authors codes q(u, k) = softmax_k(-(inverseDelta / m) d(u, k)) (eq. 4), or the one-hot code of
   * the nearest word.
   *
   * @param distances {@code [B h w, K]}
   * @param runningDistance m, a scalar
   * @param inverseDelta 1 / delta, or null for hard assignment
   * @return {@code [B h w, K]}
   */
  static Operand<TFloat32> assign(
      Ops tf, Operand<TFloat32> distances, Operand<TFloat32> runningDistance, Double inverseDelta) {
    if (inverseDelta == null) {
      Operand<TInt64> nearest = tf.math.argMin(distances, tf.constant(1));
      return tf.oneHot(
          nearest,
          tf.constant((int) distances.shape().get(1)),
          tf.constant(1f),
          tf.constant(0f),
          OneHot.axis(1L));
    }
    Operand<TFloat32> scale = tf.math.div(tf.constant((float) -inverseDelta), runningDistance);
    return tf.nn.softmax(tf.math.mul(distances, scale));
  }

  /**
   * Authors the bag of words of every image: the maximum (eq. 5) or mean of its codes over
   * locations, L1-normalised.
   *
   * @param codes {@code [B L, K]}, image-major
   * @return {@code [B, K]}
   */
  static Operand<TFloat32> reduce(
      Ops tf, Operand<TFloat32> codes, int images, Reduction reduction) {
    long words = codes.shape().get(1);
    Operand<TFloat32> perImage = tf.reshape(codes, tf.constant(new long[] {images, -1, words}));
    Operand<TFloat32> bag =
        reduction == Reduction.MAX
            ? tf.max(perImage, tf.constant(1))
            : tf.math.mean(perImage, tf.constant(1));
    return tf.math.div(
        bag, tf.math.maximum(tf.sum(bag, tf.constant(1), Sum.keepDims(true)), tf.constant(1e-12f)));
  }

  /**
   * Authors exp(-sum_k p_k ln(p_k + 1e-5)) of every row's distribution, averaged over the rows: the
   * number of words that an image uses.
   */
  static Operand<TFloat32> perplexityPerImage(Ops tf, Operand<TFloat32> bags) {
    return Layers.meanOfAll(tf, perplexity(tf, bags));
  }

  /** Authors the perplexity of the rows' normalised sum: the number of words of a batch. */
  static Operand<TFloat32> perplexityOfBatch(Ops tf, Operand<TFloat32> bags) {
    Operand<TFloat32> sum = tf.sum(bags, tf.constant(0), Sum.keepDims(true));
    return Layers.meanOfAll(
        tf, perplexity(tf, tf.math.div(sum, tf.sum(sum, tf.constant(1), Sum.keepDims(true)))));
  }

  private static Operand<TFloat32> perplexity(Ops tf, Operand<TFloat32> p) {
    Operand<TFloat32> terms = tf.math.mul(p, tf.math.log(tf.math.add(p, tf.constant(1e-5f))));
    return tf.math.exp(tf.math.neg(tf.sum(terms, tf.constant(1))));
  }
}
