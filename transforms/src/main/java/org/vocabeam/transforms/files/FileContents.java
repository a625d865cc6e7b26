package org.vocabeam.transforms.files;

import com.google.common.collect.Lists;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteStreams;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;

/** Contents of whole files, to see whether they have changed. */
public final class FileContents {
  /** Objects whose etags are asked for at a time. */
  private static final int OBJECTS = 1000;

  /** Length of the parts in which AWS's command line uploads, a multiple of the buffer's. */
  private static final int PART = 8 << 20;

  private static final String UNREADABLE = "unreadable";
  private static final ThreadLocal<ByteBuffer> BUFFER =
      ThreadLocal.withInitial(() -> ByteBuffer.allocate(1 << 16));

  private FileContents() {}

  /**
   * Returns a hash of every file, in their order: of an object its etag, of a local file the etag
   * that AWS's command line would give it: MD5, from 8 MiB on the MD5 of the MD5s of parts.
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
    try (FileChannel in = FileChannel.open(StoreFiles.local(file.path()).orElseThrow())) {
      if (file.bytes() < PART) {
        return HexFormat.of().formatHex(md5(in, 0));
      }
      long parts = (file.bytes() + PART - 1) / PART;
      MessageDigest whole = md5();
      LongStream.range(0, parts)
          .parallel()
          .mapToObj(part -> part(in, part * PART))
          .forEachOrdered(whole::update);
      return HexFormat.of().formatHex(whole.digest()) + "-" + parts;
    } catch (IOException | UncheckedIOException e) {
      return UNREADABLE;
    }
  }

  private static byte[] part(FileChannel in, long from) {
    try {
      return md5(in, from);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the MD5 of a part of a file, which is shorter at its end. */
  private static byte[] md5(FileChannel in, long from) throws IOException {
    MessageDigest md5 = md5();
    ByteBuffer buffer = BUFFER.get();
    long at = from;
    while (at < from + PART && in.read(buffer.clear(), at) > 0) {
      at += buffer.flip().remaining();
      md5.update(buffer);
    }
    return md5.digest();
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
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

  /** Returns the etag; an object whose name would be a pattern to Beam is read. */
  private static String etag(StoreFiles.Listed file, MatchResult found) throws IOException {
    if (found.status() == MatchResult.Status.OK && found.metadata().size() == 1) {
      String etag = found.metadata().get(0).checksum();
      if (etag != null) {
        return etag.replace("\"", "");
      }
    }
    return read(file);
  }

  /** Returns the hash that a local file of the same content has. */
  private static String read(StoreFiles.Listed file) throws IOException {
    try (InputStream in = StoreFiles.open(file.path())) {
      if (file.bytes() < PART) {
        return HexFormat.of().formatHex(md5(in));
      }
      long parts = (file.bytes() + PART - 1) / PART;
      MessageDigest whole = md5();
      for (long part = 0; part < parts; part++) {
        whole.update(md5(ByteStreams.limit(in, PART)));
      }
      return HexFormat.of().formatHex(whole.digest()) + "-" + parts;
    }
  }

  private static byte[] md5(InputStream in) throws IOException {
    MessageDigest md5 = md5();
    in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), md5));
    return md5.digest();
  }

  /**
   * Returns a hash of names, lengths and times of the last change, which stays as long as no file
   * is touched.
   */
  public static String stamp(List<StoreFiles.Listed> files) {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    for (StoreFiles.Listed file : files) {
      Optional<FileTime> changed = StoreFiles.local(file.path()).flatMap(FileContents::changed);
      hasher
          .putLong(file.bytes())
          .putLong(changed.map(time -> time.to(TimeUnit.NANOSECONDS)).orElse(file.modified()))
          .putString(file.path() + "\0", StandardCharsets.UTF_8);
    }
    return hasher.hash().toString();
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
