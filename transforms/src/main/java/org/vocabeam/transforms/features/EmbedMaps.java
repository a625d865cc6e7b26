package org.vocabeam.transforms.features;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.training.MapShape;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.metrics.WorkerCounter;
import org.vocabeam.transforms.metrics.WorkerMetric;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.OpenShard;
import org.vocabeam.transforms.store.ShardWriter;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.StoreShards;

/**
 * Maps of the images of a store, written file by file: a worker reads a file of images in its order
 * and writes the file of their maps, so that no map, which is larger than its image, goes through
 * the runner or is sorted. The output is (file, rows) for every file that is complete.
 *
 * <pre>{@code
 * StoreReader<ImageRecord> images = StoreReader.open(ImageRecord.TYPE, input);
 * WriteStore<MapRecord> maps =
 *     WriteStore.to(MapRecord.Numbers.FLOAT16.type(), output)
 *         .withShards(images.manifest().shards().size());
 * maps.prepare(false);
 * pipeline.apply(
 *     EmbedMaps.of(
 *         images,
 *         MapSource.of(checkpoint, "layer3"),
 *         MapRecord.Numbers.FLOAT16,
 *         maps.shardWriter()));
 * pipeline.run().waitUntilFinish();
 * maps.commit();
 * }</pre>
 */
public final class EmbedMaps extends PTransform<PBegin, PCollection<KV<Integer, Long>>> {
  private static final long serialVersionUID = 1L;

  private final StoreShards shards;
  private final Embed embed;

  private EmbedMaps(StoreShards shards, Embed embed) {
    this.shards = shards;
    this.embed = embed;
  }

  /**
   * Returns the transform.
   *
   * @param images a store that Vocabeam wrote, and not a view of several
   * @param source of the maps
   * @param numbers of the patches in the files
   * @param maps writer of a store with as many shards as the images
   */
  public static EmbedMaps of(
      StoreReader<ImageRecord> images,
      MapSource source,
      MapRecord.Numbers numbers,
      ShardWriter<MapRecord> maps) {
    return new EmbedMaps(StoreShards.of(images), new Embed(source, numbers, maps));
  }

  @Override
  public PCollection<KV<Integer, Long>> expand(PBegin begin) {
    return begin.apply("Shards", shards).apply("Embed", ParDo.of(embed));
  }

  static final class Embed extends DoFn<StoreShards.Shard, KV<Integer, Long>> {
    private static final long serialVersionUID = 1L;

    private final MapSource source;
    private final MapRecord.Numbers numbers;
    private final ShardWriter<MapRecord> maps;
    private final WorkerCounter embedded = WorkerCounter.of(WorkerMetric.EMBEDDED);
    private transient FeatureSource.@Nullable Extractor extractor;

    Embed(MapSource source, MapRecord.Numbers numbers, ShardWriter<MapRecord> maps) {
      this.source = source;
      this.numbers = numbers;
      this.maps = maps;
    }

    @ProcessElement
    public void embed(@Element StoreShards.Shard shard, OutputReceiver<KV<Integer, Long>> out)
        throws IOException {
      if (extractor == null) {
        extractor = source.open();
      }
      try (OpenShard<MapRecord> file = maps.open(shard.number())) {
        for (RowGroup group : shard.rowGroups()) {
          extractor.extract(group, null, (images, features) -> append(images, features, file));
        }
        out.output(KV.of(shard.number(), file.commit()));
      }
    }

    private void append(List<ImageRecord> images, float[] features, OpenShard<MapRecord> file) {
      MapShape shape = source.shape();
      int width = shape.values() + shape.channels();
      for (int i = 0; i < images.size(); i++) {
        ImageRecord image = images.get(i);
        int embedding = i * width + shape.values();
        float[] patches = Arrays.copyOfRange(features, i * width, embedding);
        numbers.round(patches, image.id());
        MapRecord row =
            new MapRecord(
                image.id(),
                image.label(),
                image.split(),
                shape.rows(),
                shape.columns(),
                shape.channels(),
                Arrays.copyOfRange(features, embedding, embedding + shape.channels()),
                patches);
        try {
          file.append(row);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      embedded.inc(images.size());
    }

    @Teardown
    public void close() {
      if (extractor != null) {
        extractor.close();
        extractor = null;
      }
    }
  }
}
