package org.vocabeam.transforms.ingest;

import java.util.Comparator;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
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

  private static final Schema SCHEMA =
      SchemaBuilder.record("Sighting")
          .fields()
          .requiredString("content")
          .requiredString("id")
          .optionalString("label")
          .requiredString("split")
          .requiredInt("part")
          .requiredInt("position")
          .endRecord();

  static final RecordType<Sighting> TYPE =
      new RecordType<>(
          "sightings", Sighting.class, SCHEMA, Sighting::toAvro, Sighting::fromAvro, Sighting::id);

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

  private GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put(0, content);
    row.put(1, id);
    row.put(2, label);
    row.put(3, split);
    row.put(4, part);
    row.put(5, position);
    return row;
  }

  private static Sighting fromAvro(GenericRecord row) {
    return new Sighting(
        RecordType.string(row, "content"),
        RecordType.string(row, "id"),
        RecordType.nullableString(row, "label"),
        RecordType.string(row, "split"),
        RecordType.integer(row, "part"),
        RecordType.integer(row, "position"));
  }
}
