package org.vocabeam.transforms.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableList;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageFormat;

/**
 * Samples of a WebDataset shard: members of an archive whose paths are equal up to the first point
 * of the file's name. The label of their images is the content of {@code KEY.cls}, or a value of
 * {@code KEY.json}. They are found before any image is read, so that members of a sample may lie
 * apart; a shard that is compressed or in an object store is read to its end for that only if there
 * is such a member among its first 1,000. Memory: some 100 bytes a member.
 */
final class Samples {
  private static final Set<String> CLASSES =
      Set.of("cls", "class", "label", "cls.txt", "class.txt", "label.txt");
  private static final String JSON = "json";
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MAX_BYTES = 1 << 20;
  private static final int FIRST = 1000;
  private static final int FEW = 100;

  private final @Nullable String column;
  private final Map<HashCode, String> classes = new HashMap<>();
  private final Map<HashCode, String> values = new HashMap<>();
  private final Set<HashCode> labelled = new HashSet<>();
  private final Set<HashCode> images = new HashSet<>();
  private final Map<String, String> texts = new HashMap<>();
  private int members;
  private @Nullable DamagedFile damage;

  private Samples(@Nullable String column) {
    this.column = column;
  }

  /**
   * Finds the samples of an archive.
   *
   * @param column name of the member, or of the value in {@code KEY.json}, with the labels; null
   *     for the usual ones
   */
  static Samples of(String archive, @Nullable String column) throws IOException {
    boolean quick = StoreFiles.local(archive).isPresent() && !Compression.isCompressed(archive);
    Samples samples = new Samples(column);
    samples.read(archive, () -> quick || samples.hasLabels() || samples.members < FIRST);
    return samples;
  }

  /** Finds samples among the first members of an archive, for a report on it. */
  static Samples peek(String archive, @Nullable String column) {
    Samples samples = new Samples(column);
    samples.read(archive, () -> samples.members < FEW);
    return samples;
  }

  private void read(String archive, BooleanSupplier more) {
    try {
      ArchiveFormat.walk(
          archive,
          (opened, entry, path) -> {
            add(entry, path);
            return more.getAsBoolean();
          });
    } catch (DamagedFile e) {
      damage = e; // which reading it for its images finds, too
    }
  }

  private void add(Archive.Entry entry, String path) throws IOException {
    members++;
    if (Layout.isHidden(path) || entry.rejection() != null) {
      return;
    }
    String kind = kind(path);
    if (ImageFormat.hasFileName(path)) {
      images.add(key(path));
    } else if (column == null ? CLASSES.contains(kind) : kind.equalsIgnoreCase(column)) {
      put(classes, path, Labels.of(text(entry)));
    } else if (kind.equals(JSON) || kind.endsWith("." + JSON)) {
      put(values, path, value(text(entry)));
    }
  }

  private void put(Map<HashCode, String> labels, String path, @Nullable String label) {
    if (label != null) {
      labels.put(key(path), texts.computeIfAbsent(label, text -> text));
      labelled.add(Hashing.murmur3_128().hashString(path, StandardCharsets.UTF_8));
    }
  }

  private static String text(Archive.Entry entry) throws IOException {
    return new String(entry.content().readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
  }

  /** Returns the label in a text of JSON, or null. */
  private @Nullable String value(String json) {
    try {
      JsonNode object = MAPPER.readTree(json);
      Optional<String> name =
          column == null
              ? ColumnNames.find(ColumnNames.LABELS, ImmutableList.copyOf(object.fieldNames()))
              : Optional.of(column);
      JsonNode value = name.map(object::path).orElse(object.path(""));
      JsonNode one = value.isArray() && value.size() == 1 ? value.get(0) : value;
      return one.isValueNode() && !one.isNull() ? Labels.of(one.asText()) : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** Returns the part of a member's name after the first point, in small letters. */
  private static String kind(String path) {
    int dot = path.indexOf('.', path.lastIndexOf('/') + 1);
    return dot < 0 ? "" : path.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  private static HashCode key(String path) {
    int dot = path.indexOf('.', path.lastIndexOf('/') + 1);
    return Hashing.murmur3_128()
        .hashString(dot < 0 ? path : path.substring(0, dot), StandardCharsets.UTF_8);
  }

  /**
   * Checks that the samples are all of an archive which could be read to its end.
   *
   * @throws DamagedFile when their reading was not
   */
  void checkWhole() {
    if (damage != null) {
      throw damage;
    }
  }

  /** Returns true if a sample has a label, so that directories tell nothing. */
  boolean hasLabels() {
    return !labelled.isEmpty();
  }

  /** Returns the label of an image, or null. */
  @Nullable String label(String path) {
    HashCode key = key(path);
    return classes.getOrDefault(key, values.get(key));
  }

  /** Returns true for a member whose content is the label of its sample. */
  boolean isLabel(String path) {
    return labelled.contains(Hashing.murmur3_128().hashString(path, StandardCharsets.UTF_8));
  }

  /** Returns true for a member that is no image, in a sample with one. */
  boolean isBeside(String path) {
    return !ImageFormat.hasFileName(path) && images.contains(key(path));
  }

  /** Returns the place of the labels in words. */
  String description() {
    return column == null
        ? classes.isEmpty() ? "KEY.json of each sample" : "KEY.cls of each sample"
        : String.format("'%s' of each sample", column);
  }
}
