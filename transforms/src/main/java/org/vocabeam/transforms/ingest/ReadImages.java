package org.vocabeam.transforms.ingest;

import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.RejectedRecord;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.source.Origin;
import org.vocabeam.transforms.source.SourceImage;
import org.vocabeam.transforms.source.WorkItem;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.statistics.ImageTally;
import org.vocabeam.transforms.store.ReadStore;

/**
 * Images of a source, decoded: {@link #IMAGES}, {@link #REJECTED} and one element of {@link
 * #STATISTICS}.
 *
 * <pre>{@code
 * ImageSource source = ImageSource.open(input, SourceOptions.usual(), decode);
 * WriteStore<ImageRecord> images =
 *     WriteStore.to(ImageRecord.TYPE, output + "/images")
 *         .withShards(WriteStore.shardsFor(source.storedBytes(decode)));
 * WriteStore<RejectedRecord> rejected = WriteStore.to(RejectedRecord.TYPE, output + "/rejected");
 * images.prepare(overwrite);
 * rejected.prepare(overwrite);
 * PCollectionTuple read = pipeline.apply(ReadImages.from(source, decode));
 * read.get(ReadImages.IMAGES).apply("WriteImages", images);
 * read.get(ReadImages.REJECTED).apply("WriteRejected", rejected);
 * read.get(ReadImages.STATISTICS).apply(WriteStatistics.to(output + "/images"));
 * pipeline.run().waitUntilFinish();
 * rejected.commit();
 * images.commit();
 * }</pre>
 *
 * <p>With {@link #newTo} it reads only images that are new to a growing store; the statistics are
 * over all.
 *
 * <p>Counters in the namespace of this class: {@code images}, and {@code rejected: REASON}.
 */
public final class ReadImages extends PTransform<PBegin, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  public static final TupleTag<ImageRecord> IMAGES = new TupleTag<>("images") {};
  public static final TupleTag<RejectedRecord> REJECTED = new TupleTag<>("rejected") {};
  public static final TupleTag<ImageStatistics> STATISTICS = new TupleTag<>("statistics") {};

  /** Tag of the hashes of the images. */
  public static final TupleTag<ContentRecord> CONTENTS = new TupleTag<>("contents") {};

  /** Tag of one element, the sums of {@link #STATISTICS}. */
  static final TupleTag<ImageTally> TALLY = new TupleTag<>("tally") {};

  /** Tag of one element, with {@link #newTo}. */
  static final TupleTag<Growth> GROWTH = new TupleTag<>("growth") {};

  static final TupleTag<ImageTally> TALLIES = new TupleTag<>("tallies") {};

  /** Bound of bundles: the direct runner would make one of every element, which costs 10 ms. */
  static final int BUCKETS = 64;

  /**
   * Number of images whose hashes are compared in memory, about 10 MB. A hash is no key of its own
   * because the direct runner needs 10 ms for every key.
   */
  private static final int BUCKET_IMAGES = 1 << 16;

  private final transient ImageSource source;
  private final DecodeOptions options;
  private final transient @Nullable ImageIncrements store;
  private final int increments;

  private ReadImages(
      ImageSource source, DecodeOptions options, @Nullable ImageIncrements store, int increments) {
    this.source = source;
    this.options = options;
    this.store = store;
    this.increments = increments;
  }

  /**
   * Returns the transform.
   *
   * @param options of decoding, the same with which the source was opened
   */
  public static ReadImages from(ImageSource source, DecodeOptions options) {
    return new ReadImages(source, options, null, 0);
  }

  /**
   * Returns a transform that reads only images that the store lacks after {@code count} increments.
   */
  public ReadImages newTo(ImageIncrements growing, int count) {
    return new ReadImages(source, options, growing, count);
  }

  @Override
  public PCollectionTuple expand(PBegin begin) {
    return store == null ? decode(all(begin), null, source.images()) : growth(begin);
  }

  private PCollection<SourceImage> all(PBegin begin) {
    return begin
        .apply("Parts", Create.of(source.parts()).withCoder(SerializableCoder.of(WorkItem.class)))
        .apply("SpreadParts", Reshuffle.<WorkItem>viaRandomKey().withNumBuckets(BUCKETS))
        .apply("ReadParts", ParDo.of(new ReadParts(options.maxBytes())))
        .setCoder(SourceImage.TYPE.coder());
  }

  private PCollectionTuple growth(PBegin begin) {
    ImageTally before = store.tally(increments).toBeAddedTo();
    long images = source.images() + before.images();
    PCollection<ContentRecord> stored =
        begin.apply("Stored", ReadStore.from(ContentRecord.TYPE, store.allContents(increments)));
    PCollectionTuple found =
        stored.apply("FindNew", new FindNew(source.parts(), options.maxBytes(), buckets(images)));
    PCollectionTuple decoded =
        decode(found.get(FindNew.IMAGES), new Before(stored, before), images);
    return decoded.and(GROWTH, found.get(FindNew.GROWTH));
  }

  /** Images that a growing store had. */
  private record Before(PCollection<ContentRecord> contents, ImageTally tally) {}

  private static int buckets(long images) {
    return (int) Math.min(Integer.MAX_VALUE, 1 + images / BUCKET_IMAGES);
  }

  private PCollectionTuple decode(
      PCollection<SourceImage> read, @Nullable Before before, long images) {
    PCollection<SourceImage> found = read;
    if (source.sequential()) {
      found =
          found.apply(
              "SpreadImages", Reshuffle.<SourceImage>viaRandomKey().withNumBuckets(BUCKETS));
    }
    PCollectionTuple decoded =
        found.apply(
            "DecodeImages",
            ParDo.of(new DecodeImages(options))
                .withOutputTags(IMAGES, TupleTagList.of(REJECTED).and(CONTENTS).and(TALLIES)));
    PCollection<ContentRecord> contents =
        decoded.get(CONTENTS).setCoder(ContentRecord.TYPE.coder());
    PCollectionList<ContentRecord> allContents = PCollectionList.of(contents);
    PCollectionList<ImageTally> tallies =
        PCollectionList.of(decoded.get(TALLIES).setCoder(SerializableCoder.of(ImageTally.class)));
    if (before != null) {
      allContents = allContents.and(before.contents());
      tallies =
          tallies.and(
              read.getPipeline()
                  .apply(
                      "TallyBefore",
                      Create.of(before.tally()).withCoder(SerializableCoder.of(ImageTally.class))));
    }
    if (!source.unread().isEmpty()) {
      tallies =
          tallies.and(
              read.getPipeline()
                  .apply(
                      "TallyUnread",
                      Create.of(unread()).withCoder(SerializableCoder.of(ImageTally.class))));
    }
    PCollection<ImageTally> copies =
        allContents
            .apply("Contents", Flatten.pCollections())
            .apply("HashOf", ParDo.of(new HashOf(buckets(images))))
            .setCoder(
                KvCoder.of(
                    VarIntCoder.of(), KvCoder.of(BigEndianLongCoder.of(), BigEndianLongCoder.of())))
            .apply("GroupCopies", GroupByKey.create())
            .apply("TallyCopies", ParDo.of(new TallyCopies()))
            .setCoder(SerializableCoder.of(ImageTally.class));
    PCollection<ImageTally> tally =
        tallies
            .and(copies)
            .apply("Tallies", Flatten.pCollections())
            .apply("MergeTallies", Combine.globally(new ImageTally.Merge()))
            .setCoder(SerializableCoder.of(ImageTally.class));
    PCollection<ImageStatistics> statistics =
        tally
            .apply("Statistics", ParDo.of(new Statistics(source.origin())))
            .setCoder(SerializableCoder.of(ImageStatistics.class));
    return PCollectionTuple.of(IMAGES, decoded.get(IMAGES).setCoder(ImageRecord.TYPE.coder()))
        .and(REJECTED, decoded.get(REJECTED).setCoder(RejectedRecord.TYPE.coder()))
        .and(CONTENTS, contents)
        .and(TALLY, tally)
        .and(STATISTICS, statistics);
  }

  /** Returns the tally of the files that the source does not read. */
  private ImageTally unread() {
    ImageTally tally = ImageTally.empty();
    source.unread().forEach(file -> tally.addUnread(file.reason(), file.name()));
    return tally;
  }

  private static final class Statistics extends DoFn<ImageTally, ImageStatistics> {
    private static final long serialVersionUID = 1L;

    private final Origin origin;

    Statistics(Origin origin) {
      this.origin = origin;
    }

    @ProcessElement
    public void convert(@Element ImageTally tally, OutputReceiver<ImageStatistics> out) {
      out.output(tally.statistics().found(origin.labels(), origin.splits(), origin.warnings()));
    }
  }

  /** Outputs the hash of an image's pixels as two longs, by its bucket. */
  private static final class HashOf extends DoFn<ContentRecord, KV<Integer, KV<Long, Long>>> {
    private static final long serialVersionUID = 1L;

    private final int buckets;

    HashOf(int buckets) {
      this.buckets = buckets;
    }

    @ProcessElement
    public void hash(
        @Element ContentRecord image, OutputReceiver<KV<Integer, KV<Long, Long>>> out) {
      long high = Long.parseUnsignedLong(image.pixels(), 0, 16, 16);
      long low = Long.parseUnsignedLong(image.pixels(), 16, 32, 16);
      out.output(KV.of(Math.floorMod(high, buckets), KV.of(high, low)));
    }
  }

  /** Counts the images of every hash of a bucket. */
  private static final class TallyCopies
      extends DoFn<KV<Integer, Iterable<KV<Long, Long>>>, ImageTally> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void tally(
        @Element KV<Integer, Iterable<KV<Long, Long>>> bucket, OutputReceiver<ImageTally> out) {
      Map<KV<Long, Long>, Long> images = new HashMap<>();
      bucket.getValue().forEach(hash -> images.merge(hash, 1L, Long::sum));
      ImageTally tally = ImageTally.empty();
      images.values().forEach(tally::addContent);
      out.output(tally);
    }
  }

  private static final class ReadParts extends DoFn<WorkItem, SourceImage> {
    private static final long serialVersionUID = 1L;

    private final int maxBytes;

    ReadParts(int maxBytes) {
      this.maxBytes = maxBytes;
    }

    @ProcessElement
    public void read(@Element WorkItem item, OutputReceiver<SourceImage> out) {
      item.part().read(maxBytes, out::output);
    }
  }
}
