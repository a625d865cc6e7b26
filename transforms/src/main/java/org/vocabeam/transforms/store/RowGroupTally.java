package org.vocabeam.transforms.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;

/**
 * Number of rows of every row group of a file by the value of a column, counted while the file is
 * written and kept in its metadata: {@code [{"test":12,"train":88},...]}.
 */
final class RowGroupTally {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<List<SortedMap<String, Long>>> FORM = new TypeReference<>() {};

  private final String column;
  private final List<SortedMap<String, Long>> ended = new ArrayList<>();
  private SortedMap<String, Long> open = new TreeMap<>();

  RowGroupTally(String column) {
    this.column = column;
  }

  /** Returns the key of the metadata. */
  static String key(String column) {
    return "vocabeam.tally." + column;
  }

  String key() {
    return key(column);
  }

  void add(GenericRecord row) {
    open.merge(row.get(column).toString(), 1L, Long::sum);
  }

  void endRowGroup() {
    ended.add(open);
    open = new TreeMap<>();
  }

  /** Returns the tallies so far; the rows since the last row group are one. */
  String toJson() {
    List<SortedMap<String, Long>> tallies = new ArrayList<>(ended);
    if (!open.isEmpty()) {
      tallies.add(open);
    }
    try {
      return JSON.writeValueAsString(tallies);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads the tallies of a file's row groups from its metadata; empty when it has none. */
  static List<SortedMap<String, Long>> of(Map<String, String> metadata, String column) {
    String text = metadata.get(key(column));
    if (text == null) {
      return List.of();
    }
    try {
      return JSON.readValue(text, FORM);
    } catch (JsonProcessingException e) {
      return List.of();
    }
  }
}
