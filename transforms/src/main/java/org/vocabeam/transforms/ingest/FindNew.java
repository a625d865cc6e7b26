package org.vocabeam.transforms.ingest;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.Multimaps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.source.SourceImage;
import org.vocabeam.transforms.source.WorkItem;

/**
 * Images of a source that a growing store does not have, compared by their bytes: {@link #IMAGES},
 * and one element of {@link #GROWTH}. The source is read once for its hashes, and parts with new
 * images a second time; only hashes and names go through the runner. Files that are no images pass
 * every time, to be rejected and counted.
 */
final class FindNew extends PTransform<PCollection<ContentRecord>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  static final TupleTag<SourceImage> IMAGES = new TupleTag<>("new images") {};
  static final TupleTag<Growth> GROWTH = new TupleTag<>("growth") {};

  private static final TupleTag<KV<Integer, Sighting>> SEEN = new TupleTag<>("seen") {};
  private static final TupleTag<KV<Integer, KV<Integer, @Nullable String>>> SELECTED =
      new TupleTag<>("selected") {};
  private static final TupleTag<WorkItem> PART = new TupleTag<>("part") {};
  private static final TupleTag<KV<Integer, @Nullable String>> POSITION =
      new TupleTag<>("position") {};

  private static final KvCoder<Integer, Sighting> SEEN_CODER =
      KvCoder.of(VarIntCoder.of(), Sighting.TYPE.coder());
  private static final KvCoder<Integer, KV<Integer, @Nullable String>> SELECTED_CODER =
      KvCoder.of(
          VarIntCoder.of(), KvCoder.of(VarIntCoder.of(), NullableCoder.of(StringUtf8Coder.of())));

  private final transient List<WorkItem> parts;
  private final int maxBytes;
  private final int buckets;

  /**
   * @param buckets number of groups of hashes and names, of which one is in memory at a time
   */
  FindNew(List<WorkItem> parts, int maxBytes, int buckets) {
    this.parts = parts;
    this.maxBytes = maxBytes;
    this.buckets = buckets;
  }

  @Override
  public PCollectionTuple expand(PCollection<ContentRecord> stored) {
    List<KV<Integer, WorkItem>> numbered = new ArrayList<>();
    parts.forEach(part -> numbered.add(KV.of(numbered.size(), part)));
    PCollection<KV<Integer, WorkItem>> items =
        stored
            .getPipeline()
            .apply(
                "Parts",
                Create.of(numbered)
                    .withCoder(KvCoder.of(VarIntCoder.of(), SerializableCoder.of(WorkItem.class))));
    PCollectionTuple input =
        items
            .apply(
                "SpreadParts",
                Reshuffle.<KV<Integer, WorkItem>>viaRandomKey().withNumBuckets(ReadImages.BUCKETS))
            .apply(
                "HashParts",
                ParDo.of(new HashParts(maxBytes, buckets))
                    .withOutputTags(SEEN, TupleTagList.of(SELECTED)));
    PCollection<Sighting> known =
        stored.apply("Known", ParDo.of(new ToSighting())).setCoder(Sighting.TYPE.coder());
    PCollectionTuple compared =
        PCollectionList.of(input.get(SEEN).setCoder(SEEN_CODER))
            .and(
                known
                    .apply("KnownByContent", ParDo.of(new ByContent(buckets)))
                    .setCoder(SEEN_CODER))
            .apply("Contents", Flatten.pCollections())
            .apply("GroupContents", GroupByKey.create())
            .apply(
                "Compare",
                ParDo.of(new Compare(buckets)).withOutputTags(SEEN, TupleTagList.of(GROWTH)));
    PCollection<KV<Integer, KV<Integer, @Nullable String>>> named =
        PCollectionList.of(compared.get(SEEN).setCoder(SEEN_CODER))
            .and(known.apply("KnownById", ParDo.of(new ById(buckets))).setCoder(SEEN_CODER))
            .apply("Ids", Flatten.pCollections())
            .apply("GroupIds", GroupByKey.create())
            .apply("Name", ParDo.of(new Name()))
            .setCoder(SELECTED_CODER);
    PCollection<KV<Integer, KV<Integer, @Nullable String>>> selected =
        PCollectionList.of(named)
            .and(input.get(SELECTED).setCoder(SELECTED_CODER))
            .apply("Selected", Flatten.pCollections());
    PCollection<SourceImage> images =
        KeyedPCollectionTuple.of(PART, items)
            .and(POSITION, selected)
            .apply("GroupParts", CoGroupByKey.create())
            .apply("ReadSelected", ParDo.of(new ReadSelected(maxBytes)))
            .setCoder(SourceImage.TYPE.coder());
    PCollection<Growth> growth =
        compared
            .get(GROWTH)
            .setCoder(SerializableCoder.of(Growth.class))
            .apply("SumGrowth", Combine.globally(new Growth.Sum()))
            .setCoder(SerializableCoder.of(Growth.class));
    return PCollectionTuple.of(IMAGES, images).and(GROWTH, growth);
  }

  private static int bucket(String text, int buckets) {
    return Math.floorMod(text.hashCode(), buckets);
  }

  private static final class ToSighting extends DoFn<ContentRecord, Sighting> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void convert(@Element ContentRecord image, OutputReceiver<Sighting> out) {
      out.output(Sighting.of(image));
    }
  }

  private static final class ByContent extends DoFn<Sighting, KV<Integer, Sighting>> {
    private static final long serialVersionUID = 1L;

    private final int buckets;

    ByContent(int buckets) {
      this.buckets = buckets;
    }

    @ProcessElement
    public void key(@Element Sighting seen, OutputReceiver<KV<Integer, Sighting>> out) {
      out.output(KV.of(bucket(seen.content(), buckets), seen));
    }
  }

  private static final class ById extends DoFn<Sighting, KV<Integer, Sighting>> {
    private static final long serialVersionUID = 1L;

    private final int buckets;

    ById(int buckets) {
      this.buckets = buckets;
    }

    @ProcessElement
    public void key(@Element Sighting seen, OutputReceiver<KV<Integer, Sighting>> out) {
      out.output(KV.of(bucket(seen.id(), buckets), seen));
    }
  }

  /** Reads a part and outputs the hash of every image. */
  private static final class HashParts extends DoFn<KV<Integer, WorkItem>, KV<Integer, Sighting>> {
    private static final long serialVersionUID = 1L;

    private final int maxBytes;
    private final int buckets;

    HashParts(int maxBytes, int buckets) {
      this.maxBytes = maxBytes;
      this.buckets = buckets;
    }

    @ProcessElement
    public void hash(@Element KV<Integer, WorkItem> part, MultiOutputReceiver out) {
      int[] position = {0};
      part.getValue()
          .part()
          .read(
              maxBytes,
              image -> {
                int at = position[0]++;
                if (!image.isImage()) {
                  out.get(SELECTED).output(KV.of(part.getKey(), KV.of(at, null)));
                } else {
                  Sighting seen = Sighting.of(image, part.getKey(), at);
                  out.get(SEEN).output(KV.of(bucket(seen.content(), buckets), seen));
                }
              });
    }
  }

  /** Outputs the first image of every content that is not stored, by the bucket of its id. */
  private static final class Compare
      extends DoFn<KV<Integer, Iterable<Sighting>>, KV<Integer, Sighting>> {
    private static final long serialVersionUID = 1L;

    private final int buckets;

    Compare(int buckets) {
      this.buckets = buckets;
    }

    @ProcessElement
    public void compare(@Element KV<Integer, Iterable<Sighting>> bucket, MultiOutputReceiver out) {
      ImmutableListMultimap<String, Sighting> contents =
          Multimaps.index(bucket.getValue(), Sighting::content);
      Growth growth = Growth.NONE;
      for (String content : contents.keySet()) {
        List<Sighting> same = contents.get(content).stream().sorted(Sighting.ORDER).toList();
        Sighting first = same.get(0);
        List<Sighting> others = same.subList(1, same.size());
        if (first.stored()) {
          growth = growth.plus(known(first, others));
        } else {
          growth = growth.plus(new Growth(0, 0, 0, others.size(), 0));
          out.get(SEEN).output(KV.of(FindNew.bucket(first.id(), buckets), first));
        }
      }
      out.get(GROWTH).output(growth);
    }

    private static Growth known(Sighting stored, List<Sighting> seen) {
      return new Growth(
          seen.size(),
          seen.stream().filter(s -> !s.id().equals(stored.id())).count(),
          seen.stream().filter(s -> !s.sameLabel(stored)).count(),
          0,
          seen.isEmpty() ? 1 : 0);
    }
  }

  /** Renames new images whose name is taken. */
  private static final class Name
      extends DoFn<KV<Integer, Iterable<Sighting>>, KV<Integer, KV<Integer, @Nullable String>>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void name(
        @Element KV<Integer, Iterable<Sighting>> bucket,
        OutputReceiver<KV<Integer, KV<Integer, @Nullable String>>> out) {
      ImmutableListMultimap<String, Sighting> ids =
          Multimaps.index(bucket.getValue(), Sighting::id);
      for (String id : ids.keySet()) {
        boolean taken = false;
        for (Sighting seen : ids.get(id).stream().sorted(Sighting.ORDER).toList()) {
          if (!seen.stored()) {
            String name = taken ? seen.idWithContent() : null;
            out.output(KV.of(seen.part(), KV.of(seen.position(), name)));
          }
          taken = true;
        }
      }
    }
  }

  /** Reads a part again and outputs its selected images. */
  private static final class ReadSelected extends DoFn<KV<Integer, CoGbkResult>, SourceImage> {
    private static final long serialVersionUID = 1L;

    private final int maxBytes;

    ReadSelected(int maxBytes) {
      this.maxBytes = maxBytes;
    }

    @ProcessElement
    public void read(@Element KV<Integer, CoGbkResult> part, OutputReceiver<SourceImage> out) {
      Map<Integer, @Nullable String> wanted = new TreeMap<>();
      for (KV<Integer, @Nullable String> selected : part.getValue().getAll(POSITION)) {
        wanted.put(selected.getKey(), selected.getValue());
      }
      if (wanted.isEmpty()) {
        return;
      }
      int[] position = {0};
      part.getValue()
          .getOnly(PART)
          .part()
          .read(
              maxBytes,
              image -> {
                int at = position[0]++;
                if (wanted.containsKey(at)) {
                  String name = wanted.get(at);
                  out.output(name == null ? image : image.withId(name));
                }
              });
    }
  }
}
