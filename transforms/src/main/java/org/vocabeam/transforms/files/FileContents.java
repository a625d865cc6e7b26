package org.vocabeam.transforms.files;

import com.google.common.collect.Lists;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;

/** Contents of whole files, to see whether they have changed. */
public final class FileContents {
  /** Objects whose etags are asked for at a time. */
  private static final int OBJECTS = 1000;

  /** A file may change twice within one tick of its file system's clock. */
  private static final int TICK_SECONDS = 2;

  private static final String UNREADABLE = "unreadable";
  private static final ThreadLocal<ByteBuffer> BUFFER =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(1 << 18));

  private FileContents() {}

  /**
   * Returns a hash of every file, in their order: of a local one CRC-32C and CRC-32 of all its
   * bytes, of an object its etag.
   */
  public static List<String> hashes(List<StoreFiles.Listed> files) throws IOException {
    if (files.isEmpty() || StoreFiles.local(files.get(0).path()).isPresent()) {
      return files.parallelStream().map(FileContents::hash).toList();
    }
    List<String> hashes = new ArrayList<>();
    for (List<StoreFiles.Listed> some : Lists.partition(files, OBJECTS)) {
      hashes.addAll(etags(some));
    }
    return hashes;
  }

  private static String hash(StoreFiles.Listed file) {
    CRC32C castagnoli = new CRC32C();
    CRC32 other = new CRC32();
    try (FileChannel in = FileChannel.open(StoreFiles.local(file.path()).orElseThrow())) {
      ByteBuffer buffer = BUFFER.get();
      while (in.read(buffer.clear()) >= 0) {
        castagnoli.update(buffer.flip());
        other.update(buffer.rewind());
      }
    } catch (IOException e) {
      return UNREADABLE;
    }
    return HexFormat.of().toHexDigits(castagnoli.getValue() << 32 | other.getValue());
  }

  private static List<String> etags(List<StoreFiles.Listed> files) throws IOException {
    List<String> paths = files.stream().map(StoreFiles.Listed::path).toList();
    List<MatchResult> found =
        ObjectStoreFailure.explained(
            paths.get(0), () -> FileSystems.match(paths, EmptyMatchTreatment.ALLOW));
    List<String> etags = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      etags.add(etag(files.get(i), found.get(i)));
    }
    return etags;
  }

  /** Returns the etag, or the time of a file whose name would be a pattern. */
  private static String etag(StoreFiles.Listed file, MatchResult found) throws IOException {
    if (found.status() == MatchResult.Status.OK && found.metadata().size() == 1) {
      String etag = found.metadata().get(0).checksum();
      if (etag != null) {
        return etag.replace("\"", "");
      }
    }
    return "modified " + file.modified();
  }

  /**
   * Returns a hash of names, lengths and times of the last change, which stays as long as no file
   * is touched; nothing while a change is so recent that another could have the same time.
   */
  public static Optional<String> stamp(List<StoreFiles.Listed> files) {
    long latest = Instant.now().minusSeconds(TICK_SECONDS).toEpochMilli();
    Hasher hasher = Hashing.murmur3_128().newHasher();
    for (StoreFiles.Listed file : files) {
      Optional<FileTime> changed = StoreFiles.local(file.path()).flatMap(FileContents::changed);
      long millis = changed.map(FileTime::toMillis).orElse(file.modified());
      if (millis > latest) {
        return Optional.empty();
      }
      hasher
          .putLong(file.bytes())
          .putLong(millis)
          .putLong(changed.map(time -> time.to(TimeUnit.NANOSECONDS)).orElse(0L))
          .putString(file.path() + "\0", StandardCharsets.UTF_8);
    }
    return Optional.of(hasher.hash().toString());
  }

  /** Returns the time of the last change of a file or its attributes, which no copy can set. */
  private static Optional<FileTime> changed(Path file) {
    try {
      return Optional.of((FileTime) Files.getAttribute(file, "unix:ctime"));
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }
}
