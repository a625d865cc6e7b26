package org.vocabeam.transforms.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Several stores as one, without their files being copied: a directory whose {@code _SUCCESS} names
 * the files of the others, which lie two directories up and down again, so that all of them can be
 * moved together. To a reader it is a store like every other.
 */
public final class StoreView {
  static final String BESIDE = "../../";

  private StoreView() {}

  /**
   * Writes a view, which is complete with it.
   *
   * @param root of all
   * @param directory of the view, {@code PLACE/NAME} in the root
   * @param stores of one type, each {@code PLACE/NAME} in the root; their rows have different ids
   * @param provenance of the view
   */
  public static StoreManifest write(
      String root,
      String directory,
      RecordType<?> type,
      List<String> stores,
      Map<String, String> provenance)
      throws IOException {
    List<StoreManifest.Shard> shards = new ArrayList<>();
    long rows = 0;
    for (String store : stores) {
      StoreManifest shown = StoreReader.open(type, StoreFiles.resolve(root, store)).manifest();
      for (StoreManifest.Shard shard : shown.shards()) {
        String file = BESIDE + StoreFiles.resolve(store, shard.file());
        shards.add(new StoreManifest.Shard(file, shard.rows(), shard.content()));
      }
      rows += shown.rows();
    }
    StoreManifest manifest =
        new StoreManifest(type.store(), rows, shards, new TreeMap<>(provenance));
    manifest.write(StoreFiles.resolve(root, directory));
    return manifest;
  }
}
