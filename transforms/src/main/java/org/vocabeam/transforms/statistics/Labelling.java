package org.vocabeam.transforms.statistics;

import java.io.Serializable;
import java.util.List;
import java.util.SortedMap;

/**
 * Labels and splits of the images of a store, and how ingestion found them.
 *
 * @param labelsFrom place of the labels in words, as in "the folder above each file"
 * @param splitsFrom place of the splits in words
 * @param warnings what looked wrong in the source, and the setting that mends it
 * @param counts number of images by split and label
 * @param labelExamples id of an image of each of the first labels
 * @param splitExamples id of an image of each of the first splits
 */
public record Labelling(
    String labelsFrom,
    String splitsFrom,
    List<String> warnings,
    SortedMap<String, SortedMap<String, Long>> counts,
    SortedMap<String, String> labelExamples,
    SortedMap<String, String> splitExamples)
    implements Serializable {
  /** Number of examples of labels, and of splits. */
  static final int EXAMPLES = 3;

  /** Returns the same counts of images whose labels and splits were found so. */
  Labelling found(String labels, String splits, List<String> doubts) {
    return new Labelling(labels, splits, List.copyOf(doubts), counts, labelExamples, splitExamples);
  }
}
