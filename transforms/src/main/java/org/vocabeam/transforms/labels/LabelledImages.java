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
 * Images of a split, a share of which may be seen with their label.
 *
 * @param groups of an images store
 * @param split of the images; null for all
 * @param share of the labels, and its choice
 */
public record LabelledImages(List<RowGroup> groups, @Nullable String split, LabelShare share)
    implements Serializable {
  public LabelledImages {
    groups = List.copyOf(groups);
  }

  /** Returns true for an image of the split. */
  boolean has(String imageSplit) {
    return split == null || split.equals(imageSplit);
  }

  /** Returns true if an image may be seen with its label. */
  boolean isLabelled(
      String id, @Nullable String label, String imageSplit, Map<String, LabelCut> cuts) {
    return label != null
        && has(imageSplit)
        && new LabelCut(share.hash(id), id).compareTo(cuts.get(label)) <= 0;
  }

  PCollection<RowGroup> rowGroups(PBegin begin) {
    return begin
        .apply("RowGroups", Create.of(groups).withCoder(SerializableCoder.of(RowGroup.class)))
        .apply("Spread", Reshuffle.viaRandomKey());
  }
}
