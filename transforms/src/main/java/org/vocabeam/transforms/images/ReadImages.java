package org.vocabeam.transforms.images;

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

/**
 * Reads the images of a source: {@link #IMAGES}, {@link #REJECTED} and one element of {@link
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
 * <p>Counters in the namespace of this class: {@code images}, and {@code rejected: REASON}.
 */
public final class ReadImages extends PTransform<PBegin, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  public static final TupleTag<ImageRecord> IMAGES = new TupleTag<>("images") {};
  public static final TupleTag<RejectedRecord> REJECTED = new TupleTag<>("rejected") {};
  public static final TupleTag<ImageStatistics> STATISTICS = new TupleTag<>("statistics") {};
  static final TupleTag<KV<Integer, KV<Long, Long>>> CONTENTS = new TupleTag<>("contents") {};
  static final TupleTag<ImageTally> TALLIES = new TupleTag<>("tallies") {};

  /** Without a bound, the direct runner makes a bundle of every element, which costs 10 ms. */
  private static final int BUCKETS = 64;

  /**
   * Images whose hashes are compared in memory, about 10 MB. The direct runner needs 10 ms for
   * every key, so that each hash is not one of its own.
   */
  private static final int BUCKET_IMAGES = 1 << 16;

  private final transient ImageSource source;
  private final DecodeOptions options;

  private ReadImages(ImageSource source, DecodeOptions options) {
    this.source = source;
    this.options = options;
  }

  public static ReadImages from(ImageSource source, DecodeOptions options) {
    return new ReadImages(source, options);
  }

  @Override
  public PCollectionTuple expand(PBegin begin) {
    PCollection<SourceImage> found =
        begin
            .apply(
                "Parts", Create.of(source.parts()).withCoder(SerializableCoder.of(WorkItem.class)))
            .apply("SpreadParts", Reshuffle.<WorkItem>viaRandomKey().withNumBuckets(BUCKETS))
            .apply("ReadParts", ParDo.of(new ReadParts(options.maxBytes())))
            .setCoder(SourceImage.TYPE.coder());
    if (source.sequential()) {
      found =
          found.apply(
              "SpreadImages", Reshuffle.<SourceImage>viaRandomKey().withNumBuckets(BUCKETS));
    }
    int buckets = (int) Math.min(Integer.MAX_VALUE, 1 + source.images() / BUCKET_IMAGES);
    PCollectionTuple decoded =
        found.apply(
            "DecodeImages",
            ParDo.of(new DecodeImages(options, buckets))
                .withOutputTags(IMAGES, TupleTagList.of(REJECTED).and(CONTENTS).and(TALLIES)));
    PCollection<ImageTally> copies =
        decoded
            .get(CONTENTS)
            .setCoder(
                KvCoder.of(
                    VarIntCoder.of(), KvCoder.of(BigEndianLongCoder.of(), BigEndianLongCoder.of())))
            .apply("GroupCopies", GroupByKey.create())
            .apply("TallyCopies", ParDo.of(new TallyCopies()))
            .setCoder(SerializableCoder.of(ImageTally.class));
    PCollection<ImageStatistics> statistics =
        PCollectionList.of(decoded.get(TALLIES).setCoder(SerializableCoder.of(ImageTally.class)))
            .and(copies)
            .apply("Tallies", Flatten.pCollections())
            .apply("MergeTallies", Combine.globally(new ImageTally.Merge()))
            .setCoder(SerializableCoder.of(ImageStatistics.class));
    return PCollectionTuple.of(IMAGES, decoded.get(IMAGES).setCoder(ImageRecord.TYPE.coder()))
        .and(REJECTED, decoded.get(REJECTED).setCoder(RejectedRecord.TYPE.coder()))
        .and(STATISTICS, statistics);
  }

  /** Counts how often each hash of a bucket is there. */
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
