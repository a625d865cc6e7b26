package org.vocabeam.transforms.ingest;

import java.util.Comparator;
import java.util.Objects;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.source.SourceImage;

/**
 * Sighting of an image, in the input or in the growing store.
 *
 * @param content hash of the image
 * @param part of the input, or {@link #STORED}
 * @param position in the part, from 0
 */
record Sighting(
    String content, String id, @Nullable String label, String split, int part, int position) {
  static final int STORED = -1;

  /** Order of equal images, with the one that counts first: stored ones, then by name. */
  static final Comparator<Sighting> ORDER =
      Comparator.<Sighting>comparingInt(s -> s.stored() ? 0 : 1)
          .thenComparing(Sighting::id)
          .thenComparing(Sighting::content)
          .thenComparingInt(Sighting::part)
          .thenComparingInt(Sighting::position);

  static final RecordType<Sighting> TYPE = RecordType.of(Sighting.class, "sightings", Sighting::id);

  static Sighting of(ContentRecord image) {
    return new Sighting(image.content(), image.id(), image.label(), image.split(), STORED, 0);
  }

  static Sighting of(SourceImage image, int part, int position) {
    return new Sighting(image.content(), image.id(), image.label(), image.split(), part, position);
  }

  boolean stored() {
    return part == STORED;
  }

  boolean sameLabel(Sighting other) {
    return Objects.equals(label, other.label) && split.equals(other.split);
  }

  /** Returns a name that no other image has, because no other has this content. */
  String idWithContent() {
    return id + "@" + content.substring(0, 8);
  }
}
