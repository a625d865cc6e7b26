package org.vocabeam.transforms.store;

import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import org.vocabeam.models.Seeds;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Writes the files of a store, each with the rows of one shard in the order of the hash of their
 * ids.
 *
 * @param shards files of the store
 */
public record ShardWriter<T>(
    RecordType<T> type,
    String directory,
    int shards,
    Map<String, String> metadata,
    long rowGroupBytes)
    implements Serializable {

  /** Returns the place of an id in its shard: rows stand in the order of this number. */
  static long hash(String id) {
    return Seeds.of(0, id);
  }

  /** Returns the shard that a row belongs to. */
  int shardOf(String id) {
    return Math.floorMod(hash(id), shards);
  }

  String fileName(int shard) {
    return WriteStore.fileName(shard, shards);
  }

  /**
   * Opens a shard for rows that come in their order: a transform that reads another store's shard
   * row by row needs neither grouping nor sorting.
   */
  public OpenShard<T> open(int shard) throws IOException {
    return new OpenShard<>(this, shard);
  }

  /** Sorts the rows of a shard, which are iterated over once, and writes them. */
  public long write(int shard, Iterable<T> rows) throws IOException {
    try (RowSpool<T> sorted = RowSpool.of(type, rows);
        OpenShard<T> file = open(shard)) {
      for (int row = 0; row < sorted.size(); row++) {
        file.append(sorted.row(row));
      }
      return file.commit();
    }
  }
}
