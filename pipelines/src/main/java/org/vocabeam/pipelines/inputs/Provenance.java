package org.vocabeam.pipelines.inputs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.image.Background;
import org.vocabeam.transforms.image.ShortSide;
import org.vocabeam.transforms.source.SourceContent;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

/** Comparison of what made a store with what is asked for. */
public final class Provenance {
  /** Key of the program's version; a store of another version is as good. */
  public static final String VERSION = "version";

  /** Key of the number of files of a store. */
  public static final String SHARDS = "shards";

  /** Key of the size of the row groups of a store. */
  public static final String ROW_GROUP_BYTES = "rowGroupBytes";

  /** Key of the hash of the files that an images store was made of. */
  static final String INPUT = "input";

  /** Key of the short side of scaled images. */
  static final String SHORT_SIDE = "shortSide";

  /** Key of the colour behind transparent pixels. */
  static final String BACKGROUND = "background";

  private static final ObjectMapper JSON = new ObjectMapper();

  private Provenance() {}

  /** Returns the fingerprint of a checkpoint, by which what is made with it names it. */
  public static String checkpoint(String directory) {
    return StoreReader.open(VariableChunk.TYPE, directory).fingerprint();
  }

  /**
   * Returns whether the same command has written the store.
   *
   * @throws UserError when it was made otherwise, with what differs
   */
  public static boolean isThere(String directory, Map<String, String> wanted) {
    Optional<StoreManifest> manifest = StoreManifest.find(directory);
    if (manifest.isEmpty()) {
      return false;
    }
    if (manifest.get().isForeign()) {
      throw new UserError(
          directory + " was made by another engine; give another --output, or --overwrite");
    }
    refuseOther(directory, manifest.get(), wanted, "give another --output, or --overwrite");
    return true;
  }

  /**
   * Refuses an images store that was made of other content, with what has changed.
   *
   * @param content of the input now
   */
  public static void refuseOtherContent(String directory, String input, SourceContent content) {
    String made =
        StoreManifest.find(directory)
            .map(manifest -> manifest.provenance().get(INPUT))
            .orElse(content.fingerprint());
    if (!made.equals(content.fingerprint())) {
      String changes =
          SourceContent.find(directory)
              .map(content::changesSince)
              .orElse("what has changed is not known, since an older version made it");
      throw new UserError(
          String.format(
              "%s was made of other files than %s has now: %s; give another --output, --overwrite,"
                  + " or --grow",
              directory, input, changes));
    }
  }

  /** Returns whether there is a store that was made like this; any other counts as none. */
  public static boolean isOf(String directory, Map<String, String> wanted) {
    Optional<StoreManifest> manifest = StoreManifest.find(directory);
    return manifest.isPresent()
        && wanted.entrySet().stream()
            .filter(entry -> !entry.getKey().equals(VERSION))
            .allMatch(
                entry -> entry.getValue().equals(manifest.get().provenance().get(entry.getKey())));
  }

  /**
   * Refuses a store that was made otherwise.
   *
   * @param made manifest of the store
   * @param wanted entries that its provenance must have
   * @param advice end of the message: the way out
   */
  public static void refuseOther(
      String directory, StoreManifest made, Map<String, String> wanted, String advice) {
    Map<String, String> entries = new HashMap<>(made.provenance());
    // Versions that had no options for them did not write them down.
    entries.putIfAbsent(SHARDS, Integer.toString(made.shards().size()));
    entries.putIfAbsent(ROW_GROUP_BYTES, Long.toString(WriteStore.ROW_GROUP_BYTES));
    entries.putIfAbsent(SHORT_SIDE, ShortSide.NONE.provenance());
    entries.putIfAbsent(BACKGROUND, Background.WHITE.word());
    List<String> differences = new ArrayList<>();
    wanted.forEach(
        (key, value) -> {
          if (!key.equals(VERSION)) {
            differences(key, entries.get(key), value, differences);
          }
        });
    if (!differences.isEmpty()) {
      throw new UserError(
          String.format(
              "%s was made with %s; %s", directory, String.join(", ", differences), advice));
    }
  }

  /** Adds what differs; of two JSON values, only the places that differ. */
  private static void differences(
      String key, @Nullable String made, String wanted, List<String> into) {
    Map<String, String> before = new TreeMap<>();
    Map<String, String> now = new TreeMap<>();
    if (made != null) {
      RunDirectory.flatten(key, tree(made), before);
    }
    RunDirectory.flatten(key, tree(wanted), now);
    TreeSet<String> places = new TreeSet<>(before.keySet());
    places.addAll(now.keySet());
    for (String place : places) {
      if (!Objects.equals(before.get(place), now.get(place))) {
        into.add(place + " " + before.get(place) + " instead of " + now.get(place));
      }
    }
  }

  /** Parses an array or an object; any other text is a value itself. */
  private static JsonNode tree(String text) {
    if (text.startsWith("[") || text.startsWith("{")) {
      try {
        return JSON.readTree(text);
      } catch (JsonProcessingException e) {
        return JsonNodeFactory.instance.textNode(text);
      }
    }
    return JsonNodeFactory.instance.textNode(text);
  }
}
