package org.vocabeam.transforms.evaluation;

import com.google.common.collect.AbstractIterator;
import com.google.common.primitives.Floats;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.vocabeam.models.evaluate.LabelledFeatures;
import org.vocabeam.models.evaluate.NearestNeighbours;
import org.vocabeam.models.evaluate.Neighbours;
import org.vocabeam.models.evaluate.Unmeasurable;
import org.vocabeam.transforms.parquet.RowGroup;

/**
 * Search for the labelled training images whose features have the largest cosine with those of some
 * test images. It is meant for a few queries, and runs in the calling process, with one row group
 * in memory at a time.
 *
 * <pre>{@code
 * Map<String, List<String>> nearest = NearestImages.of(embeddings, Set.of("test/cat/1.png"), 5);
 * }</pre>
 */
public final class NearestImages {
  private NearestImages() {}

  /**
   * Returns the nearest training images of every query that is in the store.
   *
   * @param queries ids of labelled test images
   * @param k number of images for each; fewer if there are fewer
   * @return query to ids, nearest first
   * @throws Unmeasurable when images have different numbers of features, or one is not finite
   */
  public static Map<String, List<String>> of(
      LabelledEmbeddings embeddings, Set<String> queries, int k) {
    Map<String, float[]> features = new LinkedHashMap<>();
    for (RowGroup group : embeddings.groups()) {
      LabelledEmbeddings.Rows rows = embeddings.load(List.of(group), embeddings.testSplit());
      for (int row = 0; row < rows.ids().size(); row++) {
        if (queries.contains(rows.ids().get(row))) {
          features.put(rows.ids().get(row), rows.features().select(new int[] {row}).values());
        }
      }
    }
    if (features.isEmpty()) {
      return Map.of();
    }
    int width = features.values().iterator().next().length;
    for (float[] query : features.values()) {
      if (query.length != width) {
        throw Unmeasurable.widths(query.length, width);
      }
    }
    float[] values = Floats.concat(features.values().toArray(float[][]::new));
    int rows = Math.toIntExact(embeddings.groups().stream().mapToLong(RowGroup::rows).sum());
    List<String> ids = new ArrayList<>();
    // A training row has its number as class, so that the search returns which rows it found.
    try (NearestNeighbours search = new NearestNeighbours(width, k, rows, features.size())) {
      Neighbours found = search.search(values, numbered(embeddings, ids));
      Map<String, List<String>> nearest = new LinkedHashMap<>();
      int query = 0;
      for (String id : features.keySet()) {
        int first = query++ * k;
        nearest.put(
            id,
            IntStream.range(first, first + k)
                .map(i -> found.labels()[i])
                .filter(row -> row >= 0)
                .mapToObj(ids::get)
                .toList());
      }
      return nearest;
    }
  }

  private static Iterator<LabelledFeatures> numbered(
      LabelledEmbeddings embeddings, List<String> ids) {
    Iterator<RowGroup> unread = embeddings.groups().iterator();
    return new AbstractIterator<>() {
      @Override
      protected LabelledFeatures computeNext() {
        while (unread.hasNext()) {
          LabelledEmbeddings.Rows rows =
              embeddings.load(List.of(unread.next()), embeddings.trainSplit());
          if (!rows.ids().isEmpty()) {
            int[] numbers = IntStream.range(ids.size(), ids.size() + rows.ids().size()).toArray();
            ids.addAll(rows.ids());
            return new LabelledFeatures(rows.features().width(), rows.features().values(), numbers);
          }
        }
        return endOfData();
      }
    };
  }
}
