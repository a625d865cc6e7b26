package org.vocabeam.transforms.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.FileContents;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Content of the files that decide a source's images and labels, to see whether it has changed
 * since a store was made of it. It is written beside the store.
 *
 * <pre>{@code
 * SourceContent content = source.content("runs/photos/images");
 * content.write("runs/photos/images");
 * }</pre>
 */
public final class SourceContent {
  /** Name of the file with names, lengths and hashes. */
  public static final String FILE = "input.jsonl.gz";

  /** Name of the file by which an untouched input is recognised without reading it. */
  private static final String STAMP = "input.stamp";

  private static final int EXAMPLES = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** File with the hash of its content. */
  private record Entry(String name, long bytes, String hash) {}

  private final List<Entry> files;
  private final String stamp;

  private SourceContent(List<Entry> files, String stamp) {
    this.files = files.stream().sorted(Comparator.comparing(Entry::name)).toList();
    this.stamp = stamp;
  }

  /**
   * Returns the content of files, without reading them if they are untouched since it was written.
   *
   * @param store directory of {@link #write}; there may be none
   */
  static SourceContent of(List<StoreFiles.Listed> files, String store) throws IOException {
    String stamp = FileContents.stamp(files);
    if (StoreFiles.find(StoreFiles.resolve(store, STAMP)).equals(Optional.of(stamp))) {
      Optional<SourceContent> written = find(store);
      if (written.isPresent()) {
        return new SourceContent(written.get().files, stamp);
      }
    }
    return of(files, FileContents.hashes(files), stamp);
  }

  private static SourceContent of(
      List<StoreFiles.Listed> files, List<String> hashes, String stamp) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      entries.add(new Entry(files.get(i).name(), files.get(i).bytes(), hashes.get(i)));
    }
    return new SourceContent(entries, stamp);
  }

  /** Returns the content of a view, of which only a hash of its rows is known. */
  static SourceContent ofView(String kind, String fingerprint) {
    return new SourceContent(List.of(new Entry(kind, 0, fingerprint)), fingerprint);
  }

  /** Returns a hash of names and contents, the same wherever the files are. */
  public String fingerprint() {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    for (Entry file : files) {
      hasher
          .putLong(file.bytes)
          .putString(file.name + "\0" + file.hash + "\0", StandardCharsets.UTF_8);
    }
    return hasher.hash().toString();
  }

  /** Returns words for the differences, as "1 file changed (a.jpg), 0 added, 2 removed (b, c)". */
  public String changesSince(SourceContent before) {
    List<String> changed = new ArrayList<>();
    List<String> added = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    int old = 0;
    for (Entry file : files) {
      while (old < before.files.size() && before.files.get(old).name.compareTo(file.name) < 0) {
        removed.add(before.files.get(old++).name);
      }
      if (old == before.files.size() || !before.files.get(old).name.equals(file.name)) {
        added.add(file.name);
      } else if (!before.files.get(old++).equals(file)) {
        changed.add(file.name);
      }
    }
    before.files.subList(old, before.files.size()).forEach(file -> removed.add(file.name));
    return String.format(
        "%d %s changed%s, %d added%s, %d removed%s",
        changed.size(),
        changed.size() == 1 ? "file" : "files",
        examples(changed),
        added.size(),
        examples(added),
        removed.size(),
        examples(removed));
  }

  private static String examples(List<String> names) {
    return names.isEmpty()
        ? ""
        : names.size() <= EXAMPLES
            ? " (" + String.join(", ", names) + ")"
            : " (" + String.join(", ", names.subList(0, EXAMPLES)) + ", ...)";
  }

  /** Returns the content that was written beside a store, or nothing. */
  public static Optional<SourceContent> find(String store) {
    String file = StoreFiles.resolve(store, FILE);
    try (InputStream in = StoreFiles.open(file);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
      List<Entry> entries = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode entry = JSON.readTree(line);
        entries.add(
            new Entry(
                entry.get(0).textValue(), entry.get(1).longValue(), entry.get(2).textValue()));
      }
      return Optional.of(new SourceContent(entries, ""));
    } catch (FileNotFoundException | NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + e.getMessage() + "; remove it", e);
    }
  }

  /** Writes the content beside a store. */
  public void write(String store) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Writer lines =
        new OutputStreamWriter(new GZIPOutputStream(bytes), StandardCharsets.UTF_8)) {
      for (Entry file : files) {
        ArrayNode entry = JSON.createArrayNode().add(file.name).add(file.bytes).add(file.hash);
        lines.write(JSON.writeValueAsString(entry) + "\n");
      }
    }
    StoreFiles.write(StoreFiles.resolve(store, FILE), bytes.toByteArray());
    StoreFiles.write(StoreFiles.resolve(store, STAMP), stamp);
  }
}
