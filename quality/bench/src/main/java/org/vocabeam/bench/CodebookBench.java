package org.vocabeam.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.codebook.FixedPoint;
import org.vocabeam.models.codebook.NearestWord;
import org.vocabeam.models.codebook.Outliers;
import org.vocabeam.models.codebook.WordSums;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;

/**
 * Descriptors a second of an iteration of k-means, without reading them: nearest word, distance,
 * sums and the farthest, by a worker for every processor. Beside it, in turns, stands the product
 * of two large matrices, the most that TensorFlow does here.
 *
 * @param words K
 * @param channels C
 */
public record CodebookBench(int words, int channels) {
  private static final String PART = "codebook";
  private static final int BATCHES = 2;
  private static final int FARTHEST = 256;

  /** Rows and columns of the large matrices. */
  private static final int SIDE = 2048;

  /** Returns the default measurements. */
  public static List<CodebookBench> all() {
    List<CodebookBench> all = new ArrayList<>();
    for (int words : new int[] {256, 2048, 8192}) {
      for (int channels : new int[] {128, 512}) {
        all.add(new CodebookBench(words, channels));
      }
    }
    return all;
  }

  /**
   * Measures.
   *
   * @param seconds of all chunks of the iteration together, and of the product
   */
  public List<Measurement> measure(double seconds) {
    int processors = Runtime.getRuntime().availableProcessors();
    ExecutorService threads = Executors.newFixedThreadPool(processors);
    List<Worker> workers = new ArrayList<>();
    try (Program product = product();
        Program.Ready ready =
            product.ready(PART, Map.of("a", random(SIDE * SIDE, 1), "b", random(SIDE * SIDE, 2)))) {
      for (int i = 0; i < processors; i++) {
        workers.add(new Worker(words, channels, i));
      }
      Chunks iteration = new Chunks(() -> together(threads, workers));
      Chunks peak = new Chunks(() -> ready.run(outputs -> outputs.get(0).getFloat()));
      iteration.warmUp(seconds / Chunks.COUNT);
      peak.warmUp(seconds / Chunks.COUNT);
      for (int i = 0; i < Chunks.COUNT; i++) {
        iteration.take(seconds / Chunks.COUNT);
        peak.take(seconds / Chunks.COUNT);
      }
      int rows = workers.stream().mapToInt(Worker::rows).sum();
      return measurements(rows / iteration.median(), 2 * Math.pow(SIDE, 3) / peak.median());
    } finally {
      workers.forEach(Worker::close);
      threads.shutdown();
    }
  }

  private List<Measurement> measurements(double rate, double peak) {
    String of = String.format(Locale.ROOT, "%d words of %d channels", words, channels);
    double operations = 2.0 * words * channels * rate;
    return List.of(
        new Measurement(PART, of, "assigned and summed", rate, "descriptors/s"),
        new Measurement(PART, of, "operations of its product", operations / 1e9, "GFLOP/s"),
        new Measurement(PART, of, "a product of large matrices", peak / 1e9, "GFLOP/s"),
        new Measurement(PART, of, "share of that", 100 * operations / peak, "%"));
  }

  private static void together(ExecutorService threads, List<Worker> workers) {
    List<Future<?>> passes = new ArrayList<>();
    for (Worker worker : workers) {
      passes.add(threads.submit(worker::pass));
    }
    try {
      for (Future<?> pass : passes) {
        pass.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static Program product() {
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter()) {
      Ops tf = writer.ops();
      Operand<TFloat32> a = writer.input("a", TFloat32.class, SIDE, SIDE);
      Operand<TFloat32> b = writer.input("b", TFloat32.class, SIDE, SIDE);
      // One element of it is handed out: the copy of all would be counted, too.
      Operand<TFloat32> corner =
          tf.slice(
              tf.linalg.matMul(a, b), tf.constant(new int[] {0, 0}), tf.constant(new int[] {1, 1}));
      writer.signature(PART, Map.of("a", a, "b", b), Map.of("corner", corner));
      return Program.load(writer);
    }
  }

  private static float[] random(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble();
    }
    return values;
  }

  /** Worker of the pipeline, which assigns and sums its blocks. */
  private static final class Worker {
    private final NearestWord nearest;
    private final float[] descriptors;
    private final int rows;
    private final int[] found;
    private final double[] distances;
    private final WordSums sums;
    private final Outliers outliers = new Outliers(FARTHEST);

    Worker(int words, int channels, int number) {
      nearest = NearestWord.of(random(words * channels, 3), words, channels);
      rows = nearest.batch() * BATCHES;
      descriptors = random(rows * channels, 4 + number);
      found = new int[rows];
      distances = new double[rows];
      sums = WordSums.zero(words, channels);
    }

    int rows() {
      return rows;
    }

    void pass() {
      int channels = nearest.channels();
      nearest.assign(descriptors, rows, found, distances);
      // So many passes never overflow: only the time counts here.
      FixedPoint unit = FixedPoint.forSum(1L << 40, 4 * channels);
      sums.add(descriptors, rows, found, distances, unit, unit);
      outliers.offer(descriptors, rows, distances, channels);
    }

    void close() {
      nearest.close();
    }
  }
}
