package org.vocabeam.transforms.labels;

import java.io.Serializable;
import java.util.Comparator;

/**
 * Last image of a class, by hash and then id, that may be seen with its label.
 *
 * @param hash {@link org.vocabeam.models.evaluate.LabelShare#hash} of the id
 */
record LabelCut(long hash, String id) implements Serializable, Comparable<LabelCut> {
  private static final Comparator<LabelCut> ORDER =
      Comparator.comparingLong(LabelCut::hash).thenComparing(LabelCut::id);

  @Override
  public int compareTo(LabelCut other) {
    return ORDER.compare(this, other);
  }
}
