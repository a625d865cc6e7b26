package org.vocabeam.transforms.codebook;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.vocabeam.models.codebook.MovedWords;
import org.vocabeam.models.codebook.NearestWord;
import org.vocabeam.models.codebook.Outliers;
import org.vocabeam.models.codebook.Outliers.Outlier;
import org.vocabeam.models.codebook.WordSums;
import org.vocabeam.transforms.metrics.WorkerCounter;
import org.vocabeam.transforms.metrics.WorkerMetric;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.worker.ProgramPool;

/**
 * One iteration of k-means: workers read their row groups, find the nearest words and sum; the sums
 * are combined in chunks of words, and every word moves.
 *
 * <pre>{@code
 * PCollectionTuple moved =
 *     pipeline.apply(BuildCodebook.of(descriptors, survey, "words-0", 2048, 0));
 * moved.get(BuildCodebook.WORDS).apply(WriteStore.to(WordRecord.TYPE, "words-1"));
 * moved.get(BuildCodebook.ITERATION).apply(WriteStore.to(IterationRecord.TYPE, "iteration-0"));
 * }</pre>
 */
public final class BuildCodebook extends PTransform<PBegin, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  /** Tag of the words after the move, with the counts before it. */
  public static final TupleTag<WordRecord> WORDS = new TupleTag<>("words");

  /** Tag of one row: measurements of the words before the move, and the move. */
  public static final TupleTag<IterationRecord> ITERATION = new TupleTag<>("iteration");

  private static final TupleTag<KV<Integer, WordSums>> SUMS = new TupleTag<>("sums");
  private static final TupleTag<KV<Integer, List<Outlier>>> FARTHEST = new TupleTag<>("farthest");
  private static final TupleTag<KV<Integer, WordSums>> ALL_SUMS = new TupleTag<>("all sums");
  private static final TupleTag<List<Outlier>> ALL_FARTHEST = new TupleTag<>("all farthest");

  /** Most floats of a chunk of words. */
  private static final int CHUNK_VALUES = 1 << 15;

  /** Most empty words that an iteration moves to a new place. */
  private static final int MOST_RESEEDED = 256;

  /**
   * Task of every worker.
   *
   * @param directory of the words' store
   * @param words K
   * @param iteration number of moves that the words have made
   */
  private record Task(String directory, int words, SurveyRecord survey, int iteration)
      implements Serializable {
    int channels() {
      return survey.channels();
    }

    int wordsOfChunk() {
      return Math.max(1, CHUNK_VALUES / channels());
    }

    int outliers() {
      return Math.min(words, MOST_RESEEDED);
    }

    float[] read() {
      return WordRecord.values(WordRecord.read(directory), channels());
    }
  }

  private final DescriptorStore descriptors;
  private final Task task;

  private BuildCodebook(DescriptorStore descriptors, Task task) {
    this.descriptors = descriptors;
    this.task = task;
  }

  /**
   * Returns the transform.
   *
   * @param survey of the same descriptors
   * @param directory of the store of words to start from
   * @param words K
   * @param iteration number of moves that these words have made, from 0
   */
  public static BuildCodebook of(
      DescriptorStore descriptors,
      SurveyRecord survey,
      String directory,
      int words,
      int iteration) {
    return new BuildCodebook(descriptors, new Task(directory, words, survey, iteration));
  }

  @Override
  public PCollectionTuple expand(PBegin begin) {
    PCollectionTuple assigned =
        begin
            .apply(
                "RowGroups",
                Create.of(descriptors.parts(task.words()))
                    .withCoder(ListCoder.of(SerializableCoder.of(RowGroup.class))))
            .apply(Reshuffle.viaRandomKey())
            .apply(
                "Assign",
                ParDo.of(new Assign(task)).withOutputTags(SUMS, TupleTagList.of(FARTHEST)));
    KvCoder<Integer, WordSums> chunkCoder = KvCoder.of(VarIntCoder.of(), new WordSumsCoder());
    PCollection<KV<Integer, KV<Integer, WordSums>>> sums =
        assigned
            .get(SUMS)
            .setCoder(chunkCoder)
            .apply("AddSums", Combine.perKey(new AddSums()))
            .setCoder(chunkCoder)
            .apply(
                "ToOne",
                WithKeys.<Integer, KV<Integer, WordSums>>of(0)
                    .withKeyType(TypeDescriptors.integers()))
            .setCoder(KvCoder.of(VarIntCoder.of(), chunkCoder));
    PCollection<KV<Integer, List<Outlier>>> farthest =
        assigned
            .get(FARTHEST)
            .setCoder(KvCoder.of(VarIntCoder.of(), KeepFarthest.CODER))
            .apply("KeepFarthest", Combine.perKey(new KeepFarthest(task.outliers())))
            .setCoder(KvCoder.of(VarIntCoder.of(), KeepFarthest.CODER));
    PCollectionTuple moved =
        KeyedPCollectionTuple.of(ALL_SUMS, sums)
            .and(ALL_FARTHEST, farthest)
            .apply(CoGroupByKey.create())
            .apply(
                "Move", ParDo.of(new Move(task)).withOutputTags(WORDS, TupleTagList.of(ITERATION)));
    moved.get(WORDS).setCoder(WordRecord.TYPE.coder());
    moved.get(ITERATION).setCoder(IterationRecord.TYPE.coder());
    return moved;
  }

  static final class Assign extends DoFn<List<RowGroup>, KV<Integer, WordSums>> {
    private static final long serialVersionUID = 1L;

    private final Task task;
    private final WorkerCounter assigned = WorkerCounter.of(WorkerMetric.ASSIGNED);
    private transient ProgramPool.Lease<NearestWord> nearest;
    private transient DescriptorBlocks blocks;
    private transient int[] words;
    private transient double[] distances;
    private transient WordSums sums;
    private transient Outliers outliers;

    Assign(Task task) {
      this.task = task;
    }

    @StartBundle
    public void start() {
      sums = WordSums.zero(task.words(), task.channels());
      outliers = new Outliers(task.outliers());
    }

    @ProcessElement
    public void assign(@Element List<RowGroup> groups) throws IOException {
      if (nearest == null) {
        nearest = WordFinder.lease(task.read(), task.words(), task.channels());
        int batch = nearest.program().batch();
        blocks = new DescriptorBlocks(task.channels(), batch);
        words = new int[batch];
        distances = new double[batch];
      }
      for (RowGroup group : groups) {
        blocks.forEach(group, this::add);
      }
    }

    private void add(float[] values, int rows) {
      nearest.program().assign(values, rows, words, distances);
      sums.add(
          values, rows, words, distances, task.survey().ofValues(), task.survey().ofDistances());
      outliers.offer(values, rows, distances, task.channels());
      assigned.inc(rows);
    }

    @FinishBundle
    public void finish(FinishBundleContext context) {
      int size = task.wordsOfChunk();
      for (int first = 0, chunk = 0; first < task.words(); first += size, chunk++) {
        WordSums part = sums.part(first, size);
        if (!part.isEmpty()) {
          context.output(
              SUMS, KV.of(chunk, part), GlobalWindow.TIMESTAMP_MIN_VALUE, GlobalWindow.INSTANCE);
        }
      }
      context.output(
          FARTHEST,
          KV.of(0, outliers.list()),
          GlobalWindow.TIMESTAMP_MIN_VALUE,
          GlobalWindow.INSTANCE);
    }

    @Teardown
    public void giveBack() {
      if (nearest != null) {
        nearest.close();
        nearest = null;
      }
    }
  }

  /** Moves all words, on one worker: it needs the sums of all, and their farthest descriptors. */
  private static final class Move extends DoFn<KV<Integer, CoGbkResult>, WordRecord> {
    private static final long serialVersionUID = 1L;

    private final Task task;

    Move(Task task) {
      this.task = task;
    }

    @ProcessElement
    public void move(@Element KV<Integer, CoGbkResult> gathered, MultiOutputReceiver out) {
      WordSums sums = WordSums.zero(task.words(), task.channels());
      for (KV<Integer, WordSums> chunk : gathered.getValue().getAll(ALL_SUMS)) {
        sums.add(chunk.getValue(), chunk.getKey() * task.wordsOfChunk());
      }
      MovedWords moved =
          MovedWords.of(
              task.read(),
              sums,
              gathered.getValue().getOnly(ALL_FARTHEST),
              task.survey().ofValues(),
              task.survey().ofDistances());
      for (int word = 0; word < task.words(); word++) {
        out.get(WORDS)
            .output(WordRecord.of(word, sums.counts()[word], moved.words(), task.channels()));
      }
      out.get(ITERATION)
          .output(
              new IterationRecord(
                  task.iteration(),
                  moved.inertia(),
                  moved.empty(),
                  moved.reseeded(),
                  moved.shift()));
    }
  }
}
