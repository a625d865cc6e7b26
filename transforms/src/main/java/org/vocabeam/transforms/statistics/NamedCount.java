package org.vocabeam.transforms.statistics;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * Number of files, with the first of their names as examples.
 *
 * @param names sorted, at most {@link #EXAMPLES}
 */
public record NamedCount(long count, List<String> names) implements Serializable {
  static final int EXAMPLES = 3;

  static NamedCount of(String name) {
    return new NamedCount(1, List.of(name));
  }

  /** Returns the sum, which is the same in any order of adding. */
  NamedCount plus(NamedCount other) {
    List<String> first =
        Stream.concat(names.stream(), other.names.stream()).sorted().limit(EXAMPLES).toList();
    return new NamedCount(count + other.count, first);
  }
}
