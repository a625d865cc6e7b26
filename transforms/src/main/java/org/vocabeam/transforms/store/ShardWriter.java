package org.vocabeam.transforms.store;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;

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

  private record Row<T>(long hash, String id, T value) {}

  /** Where an id belongs in its shard: rows stand in the order of this number. */
  static long hash(String id) {
    return Seeds.of(0, id);
  }

  /** The shard that a row belongs to. */
  int shardOf(String id) {
    return Math.floorMod(hash(id), shards);
  }

  String fileName(int shard) {
    return WriteStore.fileName(shard, shards);
  }

  /**
   * A shard in the making, to be given its rows in their order: for what goes through another
   * store's shard row by row, and needs neither grouping nor sorting.
   */
  public OpenShard<T> open(int shard) throws IOException {
    return new OpenShard<>(this, shard);
  }

  /** Sorts the rows of a shard and writes them; returns their number. */
  long write(int shard, Iterable<T> rows) throws IOException {
    List<Row<T>> sorted = sorted(rows);
    try (OpenShard<T> file = open(shard)) {
      for (Row<T> row : sorted) {
        file.append(row.value());
      }
      return file.commit();
    }
  }

  private List<Row<T>> sorted(Iterable<T> values) {
    List<Row<T>> rows = new ArrayList<>();
    for (T value : values) {
      String id = type.id().apply(value);
      rows.add(new Row<>(hash(id), id, value));
    }
    rows.sort(Comparator.<Row<T>>comparingLong(Row::hash).thenComparing(Row::id));
    for (int i = 1; i < rows.size(); i++) {
      if (rows.get(i).id().equals(rows.get(i - 1).id())) {
        throw new UserError(
            String.format(
                "two rows of %s have the id '%s'; ids must be unique: remove one of the two from"
                    + " the input",
                type.store(), rows.get(i).id()));
      }
    }
    return rows;
  }
}
