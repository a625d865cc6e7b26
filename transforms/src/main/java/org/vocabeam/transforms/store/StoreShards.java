package org.vocabeam.transforms.store;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.vocabeam.transforms.parquet.RowGroup;

/**
 * Files of a store, spread over the workers: each reads a file in its order and writes the file of
 * the same number of another store, so that large rows are neither sent nor sorted.
 *
 * <pre>{@code
 * pipeline.apply(StoreShards.of(images)).apply(ParDo.of(new Render(views.shardWriter())));
 * }</pre>
 */
public final class StoreShards extends PTransform<PBegin, PCollection<StoreShards.Shard>> {
  private static final long serialVersionUID = 1L;

  /**
   * A file of the store.
   *
   * @param number of the file, from 0
   * @param rowGroups of the file, in its order
   */
  public record Shard(int number, List<RowGroup> rowGroups) implements Serializable {}

  private final List<Shard> shards;

  private StoreShards(List<Shard> shards) {
    this.shards = shards;
  }

  /**
   * Returns the files of a store.
   *
   * @param store one that Vocabeam wrote, and not a view of several
   */
  public static StoreShards of(StoreReader<?> store) {
    List<Shard> shards = new ArrayList<>();
    for (StoreManifest.Shard file : store.manifest().shards()) {
      List<RowGroup> rowGroups =
          store.rowGroups().stream().filter(g -> g.fileName().equals(file.file())).toList();
      shards.add(new Shard(shards.size(), rowGroups));
    }
    return new StoreShards(List.copyOf(shards));
  }

  @Override
  public PCollection<Shard> expand(PBegin begin) {
    return begin
        .apply("List", Create.of(shards).withCoder(SerializableCoder.of(Shard.class)))
        .apply("Spread", Reshuffle.viaRandomKey());
  }
}
