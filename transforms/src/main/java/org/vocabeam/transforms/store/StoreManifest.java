package org.vocabeam.transforms.store;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Content of {@code _SUCCESS}. Other engines mark a complete directory by an empty one, which names
 * no store and no file ({@link #isForeign}).
 *
 * @param store name of the record type: {@code images}
 * @param rows of all shards
 * @param shards in the order of their names
 * @param provenance as given to {@link WriteStore#withProvenance}; every file carries it too
 */
public record StoreManifest(
    String store, long rows, List<Shard> shards, Map<String, String> provenance) {
  /** Name of the file. */
  public static final String FILE = "_SUCCESS";

  private static final StoreManifest FOREIGN = new StoreManifest("", 0, List.of(), Map.of());

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  /**
   * One Parquet file.
   *
   * @param file its name in the directory, or from there on: {@code ../}... in a view
   * @param content hash of its rows in their order
   */
  public record Shard(String file, long rows, String content) {}

  /** Returns true when another engine has written the files, which then must be looked for. */
  @JsonIgnore
  public boolean isForeign() {
    return store.isEmpty();
  }

  /** Returns the manifest of a complete store, or nothing when the directory holds none. */
  public static Optional<StoreManifest> find(String directory) {
    String file = StoreFiles.resolve(directory, FILE);
    Optional<String> text;
    try {
      text = StoreFiles.find(file);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
    }
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.get().isBlank()) {
      return Optional.of(FOREIGN);
    }
    try {
      StoreManifest manifest = JSON.readValue(text.get(), StoreManifest.class);
      if (manifest != null && manifest.isWhole()) {
        return Optional.of(manifest);
      }
    } catch (JsonProcessingException e) {
      throw damaged(file, e);
    }
    throw damaged(file, null);
  }

  private boolean isWhole() {
    return store != null
        && !store.isEmpty()
        && shards != null
        && provenance != null
        && shards.stream()
            .allMatch(shard -> shard != null && shard.file() != null && shard.content() != null);
  }

  private static UserError damaged(String file, @Nullable Exception cause) {
    return new UserError(file + " is not the manifest of a store; write the store again", cause);
  }

  /** Returns true when the store shows the files of other stores ({@link StoreView}). */
  @JsonIgnore
  public boolean isView() {
    return shards.stream().anyMatch(shard -> shard.file().startsWith(StoreView.BESIDE));
  }

  void write(String directory) throws IOException {
    StoreFiles.write(StoreFiles.resolve(directory, FILE), JSON.writeValueAsString(this) + "\n");
  }
}
