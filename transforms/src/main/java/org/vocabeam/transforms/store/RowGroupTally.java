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
 * How many rows of every row group of a file have each value of a column, counted while the file is
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

  /** The key of the metadata. */
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

  /** Of all rows so far; those since the last row group are one. */
  String toJson() {
    List<SortedMap<String, Long>> all = new ArrayList<>(ended);
    if (!open.isEmpty()) {
      all.add(open);
    }
    try {
      return JSON.writeValueAsString(all);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a file's metadata says of each of its row groups; empty when it says nothing of them. */
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
