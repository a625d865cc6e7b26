package org.vocabeam.pipelines.inspect;

import java.util.List;
import java.util.Optional;
import org.vocabeam.transforms.parquet.RecordType;

/** The pictures of one kind of store. */
public interface Pictures<T> {
  /** All kinds of stores that have pictures. */
  List<Pictures<?>> KINDS = List.of(new ImagePictures(), new ViewsPictures());

  /** The type of the rows. */
  RecordType<T> type();

  /** The pictures of a row, at least one. */
  List<Picture> of(T row);

  /** Returns the pictures of rows of a type, if they have any. */
  static Optional<Pictures<?>> ofStore(String type) {
    return KINDS.stream().filter(kind -> kind.type().store().equals(type)).findFirst();
  }
}
