package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;

/**
 * Weighted k nearest neighbours (Wu et al. 2018, section 3.4; DINO reference code {@code
 * eval_knn.py}): the k train rows of the largest cosine vote for their classes with the weight
 * exp(cosine / T).
 *
 * <p>Train rows pass by in blocks, so memory grows with queries x k and not with the train set. Not
 * thread-safe; each worker makes its own. See docs/methods.md, section 9.
 *
 * <pre>{@code
 * try (NearestNeighbours knn = new NearestNeighbours(train.width(), 20, classes)) {
 *   Neighbours neighbours = knn.search(test.values(), List.of(train).iterator());
 *   double accuracy = knn.vote(neighbours, 0.07).accuracy(test.labels());
 * }
 * }</pre>
 */
public final class NearestNeighbours implements AutoCloseable {
  /** Most rows of a block of queries. Larger blocks read the train rows less often. */
  private static final int QUERY_BLOCK = 2048;

  /** Rows of a block of train rows. */
  private static final int TRAIN_BLOCK = 4096;

  /**
   * Rows that a matrix product works on at a time. The remainder of another block size would be
   * summed in another order.
   */
  private static final int GRAIN = 16;

  /** Largest number of features that one matrix product sums. */
  private static final int SLICE = 256;

  /** Least T: the sum of k votes of exp(1 / T) must stay far below float32's 3e38. */
  private static final double SMALLEST_TEMPERATURE = 0.0125;

  private static final String SEARCH = "search";
  private static final String VOTE = "vote";

  private final int width;
  private final int k;
  private final int classes;
  private final int queryBlock;
  private final int trainBlock;
  private final Program program;

  /**
   * Makes a search.
   *
   * @param width D of the features
   * @param k neighbours of a query (the paper's and DINO's: 20 and 200)
   * @param classes number of classes
   */
  public NearestNeighbours(int width, int k, int classes) {
    this(width, k, classes, QUERY_BLOCK);
  }

  /**
   * Makes a search for a number of queries, which costs no more than they are.
   *
   * @param queries about as many as a search gets, positive
   */
  public NearestNeighbours(int width, int k, int classes, int queries) {
    this(width, k, classes, grains(Math.min(queries, QUERY_BLOCK)), TRAIN_BLOCK);
  }

  private static int grains(int rows) {
    return (rows + GRAIN - 1) / GRAIN * GRAIN;
  }

  /**
   * Makes a search with blocks of other sizes.
   *
   * @param queryBlock queries that are compared at a time, a multiple of 16
   * @param trainBlock train rows that are compared at a time, a multiple of 16
   */
  NearestNeighbours(int width, int k, int classes, int queryBlock, int trainBlock) {
    checkArgument(width > 0, "width is %s, must be positive", width);
    checkArgument(k > 0, "k is %s, must be positive", k);
    checkArgument(classes > 0, "classes is %s, must be positive", classes);
    checkArgument(
        queryBlock > 0 && queryBlock % GRAIN == 0 && trainBlock > 0 && trainBlock % GRAIN == 0,
        "blocks are %s and %s, must be multiples of %s",
        queryBlock,
        trainBlock,
        GRAIN);
    this.width = width;
    this.k = k;
    this.classes = classes;
    this.queryBlock = queryBlock;
    this.trainBlock = trainBlock;
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter()) {
      authorSearch(writer);
      authorVote(writer);
      program = Program.load(writer);
    }
  }

  private void authorSearch(ProgramWriter writer) {
    Ops tf = writer.ops();
    Operand<TFloat32> queries = writer.input("queries", TFloat32.class, queryBlock, width);
    Operand<TFloat32> train = writer.input("train", TFloat32.class, trainBlock, width);
    Operand<TFloat32> cosines =
        innerProducts(tf, Layers.l2Normalize(tf, queries), Layers.l2Normalize(tf, train));
    // Not finite where a value is not: the order would then be meaningless.
    Operand<TFloat32> magnitude =
        tf.math.add(
            Layers.meanOfAll(tf, tf.math.square(queries)),
            Layers.meanOfAll(tf, tf.math.square(train)));
    writer.signature(
        SEARCH,
        Map.of("queries", queries, "train", train),
        Map.of("cosines", cosines, "magnitude", magnitude));
  }

  /**
   * Returns inner products, {@code [Q, D] x [T, D] -> [Q, T]}. They are summed over slices of the
   * width in a fixed order: one product over all of it splits its sum in a way that depends on the
   * sizes of the blocks.
   */
  private Operand<TFloat32> innerProducts(
      Ops tf, Operand<TFloat32> queries, Operand<TFloat32> train) {
    Operand<TFloat32> sum = null;
    for (int first = 0; first < width; first += SLICE) {
      Operand<TFloat32> product =
          Layers.timesTransposed(tf, columns(tf, queries, first), columns(tf, train, first));
      sum = sum == null ? product : tf.math.add(sum, product);
    }
    return sum;
  }

  private Operand<TFloat32> columns(Ops tf, Operand<TFloat32> rows, int first) {
    int count = Math.min(SLICE, width - first);
    return count == width
        ? rows
        : tf.slice(rows, tf.constant(new int[] {0, first}), tf.constant(new int[] {-1, count}));
  }

  /** Authors the sums of exp(cosine / T) by query and slot; label -1 is no neighbour. */
  private void authorVote(ProgramWriter writer) {
    Ops tf = writer.ops();
    int columns = Ballot.slots(k, classes);
    Operand<TFloat32> similarities = writer.input("found", TFloat32.class, queryBlock, k);
    Operand<TInt32> labels = writer.input("foundLabels", TInt32.class, queryBlock, k);
    Operand<TFloat32> temperature = writer.input("temperature", TFloat32.class);
    Operand<TFloat32> votes = tf.math.exp(tf.math.div(similarities, temperature));
    Operand<TInt32> firstOfQuery =
        tf.reshape(
            tf.range(tf.constant(0), tf.constant(queryBlock * columns), tf.constant(columns)),
            tf.constant(new int[] {queryBlock, 1}));
    Operand<TInt32> slots =
        tf.select(
            tf.math.less(labels, tf.constant(0)),
            tf.constant(-1),
            tf.math.add(labels, firstOfQuery));
    Operand<TFloat32> scores =
        tf.math.unsortedSegmentSum(votes, slots, tf.constant(queryBlock * columns));
    writer.signature(
        VOTE,
        Map.of("similarities", similarities, "labels", labels, "temperature", temperature),
        Map.of("scores", scores));
  }

  /**
   * Finds the k nearest train rows of each query.
   *
   * @param queries {@code [queries, D]}, row-major, any number of rows
   * @param train parts of the train set, each of any number of rows; read once
   * @throws Unmeasurable when a feature is not finite, or rows have different widths
   */
  public Neighbours search(float[] queries, Iterator<LabelledFeatures> train) {
    checkArgument(
        queries.length % width == 0,
        "%s query values do not fill rows of %s",
        queries.length,
        width);
    Neighbours best = Neighbours.none(queries.length / width, k);
    List<float[]> blocks = blocks(queries);
    while (train.hasNext()) {
      LabelledFeatures part = train.next();
      if (part.width() != width) {
        throw Unmeasurable.widths(part.width(), width);
      }
      part.checkLabels(classes);
      for (int first = 0; first < part.rows(); first += trainBlock) {
        int rows = Math.min(trainBlock, part.rows() - first);
        float[] features = padded(part.values(), first * width, rows * width, trainBlock * width);
        for (int block = 0; block < blocks.size(); block++) {
          compare(blocks.get(block), block, features, part.labels(), first, rows, best);
        }
      }
    }
    return best;
  }

  /** Returns the queries in blocks of one size, of which the last is filled up with zeros. */
  private List<float[]> blocks(float[] queries) {
    List<float[]> blocks = new ArrayList<>();
    for (int first = 0; first < queries.length; first += queryBlock * width) {
      int length = Math.min(queryBlock * width, queries.length - first);
      blocks.add(padded(queries, first, length, queryBlock * width));
    }
    return blocks;
  }

  /** Compares {@code rows} train rows from {@code firstTrain} on with a block of queries. */
  private void compare(
      float[] queries,
      int block,
      float[] train,
      int[] trainLabels,
      int firstTrain,
      int rows,
      Neighbours best) {
    int firstQuery = block * queryBlock;
    int count = Math.min(queryBlock, best.queries() - firstQuery);
    program.run(
        SEARCH,
        Map.of("queries", queries, "train", train),
        outputs -> {
          if (!Float.isFinite(outputs.get("magnitude").getFloat())) {
            throw Unmeasurable.notFinite();
          }
          FloatBuffer cosines = Program.floats(outputs.get("cosines"));
          float[] ofQuery = new float[rows];
          for (int query = 0; query < count; query++) {
            cosines.get(query * trainBlock, ofQuery);
            best.offer(firstQuery + query, ofQuery, 0, trainLabels, firstTrain, rows);
          }
          return count;
        });
  }

  /**
   * Returns the sum of the votes for each class.
   *
   * @param neighbours k or fewer of each query
   * @param temperature T, at least 0.0125: smaller ones overflow float32
   */
  public ClassScores vote(Neighbours neighbours, double temperature) {
    float[] scores = new float[Math.multiplyExact(neighbours.queries(), classes)];
    for (int first = 0; first < neighbours.queries(); first += queryBlock) {
      Ballot ballot = ballot(neighbours, first, temperature);
      ballot.count(votes(ballot, temperature), scores, classes, first);
    }
    return new ClassScores(classes, scores);
  }

  /**
   * Returns the class with the most votes of each query. It holds the votes of one block at a time,
   * because those of all queries may be more than an array can hold.
   *
   * @param neighbours as {@link #vote}
   * @param temperature as {@link #vote}
   */
  public int[] predict(Neighbours neighbours, double temperature) {
    int[] predicted = new int[neighbours.queries()];
    for (int first = 0; first < neighbours.queries(); first += queryBlock) {
      Ballot ballot = ballot(neighbours, first, temperature);
      ballot.elect(votes(ballot, temperature), predicted, first);
    }
    return predicted;
  }

  private Ballot ballot(Neighbours neighbours, int first, double temperature) {
    checkArgument(
        temperature >= SMALLEST_TEMPERATURE,
        "temperature is %s, must be at least %s",
        temperature,
        SMALLEST_TEMPERATURE);
    checkArgument(neighbours.k() <= k, "%s neighbours, must be at most %s", neighbours.k(), k);
    return Ballot.of(neighbours, first, queryBlock, k, classes);
  }

  /** Returns the sums of the votes, {@code [queryBlock, slots]}. */
  private float[] votes(Ballot ballot, double temperature) {
    return program.run(
        VOTE,
        Map.of(
            "similarities", ballot.found().similarities(),
            "labels", ballot.found().labels(),
            "temperature", new float[] {(float) temperature}));
  }

  private static float[] padded(float[] from, int first, int length, int size) {
    return Arrays.copyOf(Arrays.copyOfRange(from, first, first + length), size);
  }

  @Override
  public void close() {
    program.close();
  }
}
