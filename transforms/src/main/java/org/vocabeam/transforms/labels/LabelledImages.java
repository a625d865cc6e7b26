package org.vocabeam.transforms.labels;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.transforms.parquet.RowGroup;

/**
 * Images of which a share may be seen with their label.
 *
 * @param groups of an images store
 * @param split of them; null for all
 */
public record LabelledImages(List<RowGroup> groups, @Nullable String split, LabelShare share)
    implements Serializable {
  public LabelledImages {
    groups = List.copyOf(groups);
  }

  boolean has(String ofSplit) {
    return split == null || split.equals(ofSplit);
  }

  /** Whether an image may be seen with its label. */
  boolean isLabelled(
      String id, @Nullable String label, String ofSplit, Map<String, LabelCut> cuts) {
    return label != null
        && has(ofSplit)
        && new LabelCut(share.hash(id), id).compareTo(cuts.get(label)) <= 0;
  }

  PCollection<RowGroup> rowGroups(PBegin begin) {
    return begin
        .apply("RowGroups", Create.of(groups).withCoder(SerializableCoder.of(RowGroup.class)))
        .apply("Spread", Reshuffle.viaRandomKey());
  }
}
