package org.vocabeam.transforms.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Look-up of a few images of a store by their ids. Of row groups without any of them only the ids
 * are read.
 */
public final class SelectedImages {
  private record Id(String id) {
    static final RecordType<Id> TYPE = RecordType.projection(Id.class, ImageRecord.TYPE.store());
  }

  private SelectedImages() {}

  /** Returns id to image for the ids that are in the store. */
  public static Map<String, ImageRecord> read(Iterable<RowGroup> groups, Set<String> ids) {
    Map<String, ImageRecord> selected = new TreeMap<>();
    try {
      for (RowGroup group : groups) {
        if (hasAny(group, ids)) {
          try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, group)) {
            rows.forEachRemaining(
                image -> {
                  if (ids.contains(image.id())) {
                    selected.put(image.id(), image);
                  }
                });
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return selected;
  }

  private static boolean hasAny(RowGroup group, Set<String> ids) throws IOException {
    try (RowReader<Id> rows = RowReader.of(Id.TYPE, group)) {
      while (rows.hasNext()) {
        if (ids.contains(rows.next().id())) {
          return true;
        }
      }
    }
    return false;
  }
}
