package org.vocabeam.transforms.codebook;

import com.google.common.collect.Lists;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.StoreReader;

/**
 * The descriptors that a codebook is made of.
 *
 * @param groups row groups of the store
 * @param rows of all
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
  /**
   * Descriptors that a worker takes at least, for every word: what it hands on is no more than an
   * eighth of what it reads.
   */
  private static final long ROWS_A_WORD = 8;

  /** Opens a complete store. */
  public static DescriptorStore open(String directory) {
    StoreReader<DescriptorRecord> store = StoreReader.open(DescriptorRecord.TYPE, directory);
    Map<String, String> provenance = store.manifest().provenance();
    String channels = provenance.getOrDefault(DescriptorRecord.CHANNELS, "");
    if (!channels.matches("[1-9]\\d{0,6}")) {
      throw new UserError(
          String.format(
              "%s says '%s' of its channels, must be a positive number; write the store again",
              directory, channels));
    }
    return new DescriptorStore(
        store.rowGroups(),
        store.manifest().rows(),
        Integer.parseInt(channels),
        store.fingerprint(),
        provenance);
  }

  /** The row groups in lists, each of enough descriptors for so many words where possible. */
  List<List<RowGroup>> parts(int words) {
    long parts = Math.max(1, Math.min(groups.size(), rows / (ROWS_A_WORD * words)));
    int size = (int) ((groups.size() + parts - 1) / parts);
    return Lists.partition(groups, Math.max(1, size)).stream().map(List::copyOf).toList();
  }
}
