package org.vocabeam.transforms.teacher;

import java.io.Serializable;
import java.util.Comparator;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Cell of an image's map that is nearest to a visual word: a row of a {@code patches} store.
 *
 * @param word number of the word, from 0
 * @param image id
 * @param y row of the cell in the level's map
 * @param x column of the cell
 * @param squaredDistance of the cell's feature from the word
 */
public record PatchRecord(int word, String image, int y, int x, double squaredDistance) {
  public static final RecordType<PatchRecord> TYPE =
      RecordType.of(PatchRecord.class, "patches", patch -> patch.word + "#" + patch.image);

  /** Order with the farthest first, and equally far ones by descending image id. */
  static final class FarthestFirst implements Comparator<PatchRecord>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public int compare(PatchRecord a, PatchRecord b) {
      int byDistance = Double.compare(b.squaredDistance, a.squaredDistance);
      return byDistance != 0 ? byDistance : b.image.compareTo(a.image);
    }
  }

  /** Returns the order of a word's patches with the nearest first. */
  public static Comparator<PatchRecord> nearestFirst() {
    return new FarthestFirst().reversed();
  }
}
