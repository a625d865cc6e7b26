package org.vocabeam.transforms.codebook;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.codebook.InitialWords;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Survey of all descriptors in one pass, and the first words, chosen by k-means++ among a sample of
 * them on one worker.
 *
 * <pre>{@code
 * PCollectionTuple seeded = pipeline.apply(SeedCodebook.of(descriptors, 2048, seed));
 * seeded.get(SeedCodebook.SURVEY).apply(WriteStore.to(SurveyRecord.TYPE, "survey"));
 * seeded.get(SeedCodebook.WORDS).apply(WriteStore.to(WordRecord.TYPE, "words-0"));
 * }</pre>
 */
public final class SeedCodebook extends PTransform<PBegin, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  /** Tag of the survey, one row. */
  public static final TupleTag<SurveyRecord> SURVEY = new TupleTag<>("survey");

  /** Tag of the first words. */
  public static final TupleTag<WordRecord> WORDS = new TupleTag<>("words");

  private static final TupleTag<DescriptorSurvey> SURVEYS = new TupleTag<>("surveys");
  private static final TupleTag<KV<Integer, DescriptorRecord>> SAMPLE = new TupleTag<>("sample");

  /** Most and least descriptors of the sample for every word. */
  private static final long MOST_A_WORD = 32;

  private static final long LEAST_A_WORD = 4;
  private static final long LEAST = 4096;
  private static final long SAMPLE_BYTES = 256L << 20;

  private final DescriptorStore descriptors;
  private final int words;
  private final long seed;

  private SeedCodebook(DescriptorStore descriptors, int words, long seed) {
    this.descriptors = descriptors;
    this.words = words;
    this.seed = seed;
  }

  /**
   * Returns the transform.
   *
   * @param words K; the pipeline fails when there are fewer different descriptors
   */
  public static SeedCodebook of(DescriptorStore descriptors, int words, long seed) {
    return new SeedCodebook(descriptors, words, seed);
  }

  /** Returns the wanted number of descriptors of the sample. */
  static long sampleSize(int words, int channels) {
    long affordable = SAMPLE_BYTES / (Float.BYTES * (long) channels);
    return Math.max(
        Math.max(LEAST, LEAST_A_WORD * words), Math.min(MOST_A_WORD * words, affordable));
  }

  @Override
  public PCollectionTuple expand(PBegin begin) {
    double share =
        (double) sampleSize(words, descriptors.channels()) / Math.max(1, descriptors.rows());
    PCollectionTuple read =
        begin
            .apply(
                "RowGroups",
                Create.of(descriptors.parts(words))
                    .withCoder(ListCoder.of(SerializableCoder.of(RowGroup.class))))
            .apply(Reshuffle.viaRandomKey())
            .apply(
                "Survey",
                ParDo.of(new Survey(words, descriptors.channels(), seed, share))
                    .withOutputTags(SURVEYS, TupleTagList.of(SAMPLE)));
    return PCollectionTuple.of(
            SURVEY,
            read.get(SURVEYS)
                .setCoder(SerializableCoder.of(DescriptorSurvey.class))
                .apply(
                    "MergeSurveys",
                    Combine.globally(new DescriptorSurvey.Merge(words, descriptors.channels()))
                        // its default, no descriptor, would be rejected
                        .withoutDefaults())
                .setCoder(SurveyRecord.TYPE.coder()))
        .and(
            WORDS,
            read.get(SAMPLE)
                .setCoder(KvCoder.of(VarIntCoder.of(), DescriptorRecord.TYPE.coder()))
                .apply(GroupByKey.create())
                .apply(
                    "ChooseWords", ParDo.of(new ChooseWords(words, descriptors.channels(), seed)))
                .setCoder(WordRecord.TYPE.coder()));
  }

  private static final class Survey extends DoFn<List<RowGroup>, DescriptorSurvey> {
    private static final long serialVersionUID = 1L;

    private final int words;
    private final int channels;
    private final long seed;
    private final double share;
    private transient DescriptorSurvey survey;

    Survey(int words, int channels, long seed, double share) {
      this.words = words;
      this.channels = channels;
      this.seed = seed;
      this.share = share;
    }

    @StartBundle
    public void start() {
      survey = new DescriptorSurvey(words);
    }

    @ProcessElement
    public void read(@Element List<RowGroup> groups, MultiOutputReceiver out) throws IOException {
      float[] values = new float[channels];
      for (RowGroup group : groups) {
        try (RowReader<DescriptorRecord> rows = RowReader.of(DescriptorRecord.TYPE, group)) {
          while (rows.hasNext()) {
            DescriptorRecord row = rows.next();
            DescriptorBlocks.check(row.bytes(), channels, row.id());
            DescriptorRecord.decode(row.bytes(), values, 0);
            survey.add(row, values);
            if (isSampled(row.id())) {
              out.get(SAMPLE).output(KV.of(0, row));
            }
          }
        }
      }
    }

    /** Decides by the hash of the id alone, so that neither order nor grouping of rows matter. */
    private boolean isSampled(String id) {
      return (Seeds.of(seed, "sample", id) >>> 11) * 0x1p-53 < share;
    }

    @FinishBundle
    public void finish(FinishBundleContext context) {
      context.output(survey, GlobalWindow.TIMESTAMP_MIN_VALUE, GlobalWindow.INSTANCE);
    }
  }

  private static final class ChooseWords
      extends DoFn<KV<Integer, Iterable<DescriptorRecord>>, WordRecord> {
    private static final long serialVersionUID = 1L;

    private final int words;
    private final int channels;
    private final long seed;

    ChooseWords(int words, int channels, long seed) {
      this.words = words;
      this.channels = channels;
      this.seed = seed;
    }

    @ProcessElement
    public void choose(
        @Element KV<Integer, Iterable<DescriptorRecord>> sample, OutputReceiver<WordRecord> out) {
      List<DescriptorRecord> rows = new ArrayList<>();
      sample.getValue().forEach(rows::add);
      rows.sort(Comparator.comparing(DescriptorRecord::id));
      float[] values = new float[Math.multiplyExact(rows.size(), channels)];
      for (int row = 0; row < rows.size(); row++) {
        DescriptorRecord.decode(rows.get(row).bytes(), values, row * channels);
      }
      float[] chosen = InitialWords.choose(values, channels, words, seed).words();
      for (int word = 0; word < words; word++) {
        out.output(WordRecord.of(word, 0, chosen, channels));
      }
    }
  }
}
