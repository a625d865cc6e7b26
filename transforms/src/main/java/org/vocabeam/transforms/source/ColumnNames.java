package org.vocabeam.transforms.source;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Names that columns usually have, the likeliest first; the case of letters does not matter. */
final class ColumnNames {
  static final List<String> IMAGES =
      List.of("image", "img", "jpg", "jpeg", "png", "webp", "image_bytes", "bytes", "picture");
  static final List<String> FILES =
      List.of(
          "file_name",
          "filename",
          "file",
          "path",
          "file_path",
          "filepath",
          "image",
          "image_path",
          "image_file",
          "image_name",
          "image_id",
          "img",
          "img_path",
          "uri",
          "url",
          "name",
          "key",
          "id");
  static final List<String> LABELS =
      List.of(
          "label",
          "labels",
          "fine_label",
          "class",
          "class_name",
          "class_id",
          "target",
          "category",
          "cls",
          "coarse_label");
  static final List<String> SPLITS = List.of("split", "subset", "partition", "set", "usage");

  /** Texts that are no classes. */
  private static final Set<String> TEXTS =
      Set.of("text", "caption", "captions", "prompt", "description", "title", "url", "uri");

  private ColumnNames() {}

  /** Returns the likeliest of the usual columns. */
  static Optional<String> find(List<String> usual, Collection<String> columns) {
    return all(usual, columns).stream().findFirst();
  }

  /** Returns the usual columns, the likeliest first. */
  static List<String> all(List<String> usual, Collection<String> columns) {
    return usual.stream().flatMap(name -> columns.stream().filter(name::equalsIgnoreCase)).toList();
  }

  /** Returns true for the name of a column of sentences. */
  static boolean isText(String column) {
    return TEXTS.contains(column.toLowerCase(Locale.ROOT));
  }
}
