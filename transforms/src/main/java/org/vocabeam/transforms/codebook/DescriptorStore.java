package org.vocabeam.transforms.codebook;

import com.google.common.collect.Lists;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.StoreReader;

/**
 * Store of the descriptors of a codebook.
 *
 * @param groups row groups of the store
 * @param rows number of descriptors
 * @param channels C
 * @param fingerprint of the store
 * @param provenance of the store
 */
public record DescriptorStore(
    List<RowGroup> groups,
    long rows,
    int channels,
    String fingerprint,
    Map<String, String> provenance)
    implements Serializable {
  /** Least descriptors of a part for every word: a worker's sums are an eighth of what it reads. */
  private static final long ROWS_A_WORD = 8;

  /** Opens a complete store. */
  public static DescriptorStore open(String directory) {
    StoreReader<DescriptorRecord> store = StoreReader.open(DescriptorRecord.TYPE, directory);
    Map<String, String> provenance = store.manifest().provenance();
    String channels = provenance.getOrDefault(DescriptorRecord.CHANNELS, "");
    if (!channels.matches("[1-9]\\d{0,6}")) {
      throw new UserError(
          String.format(
              "%s has '%s' channels, must be a positive number; write the store again",
              directory, channels));
    }
    return new DescriptorStore(
        store.rowGroups(),
        store.manifest().rows(),
        Integer.parseInt(channels),
        store.fingerprint(),
        provenance);
  }

  /** Returns the row groups in lists, each with enough descriptors for the words if possible. */
  List<List<RowGroup>> parts(int words) {
    long parts = Math.max(1, Math.min(groups.size(), rows / (ROWS_A_WORD * words)));
    int size = (int) ((groups.size() + parts - 1) / parts);
    return Lists.partition(groups, Math.max(1, size)).stream().map(List::copyOf).toList();
  }
}
