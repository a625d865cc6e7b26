package org.vocabeam.transforms.source;

import com.google.common.base.Splitter;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.Rejection;

/** Archive, whose entries are read one after the other in the order in which they are stored. */
interface Archive extends Closeable {
  /** File names of archives, also compressed ones. */
  Pattern NAMES =
      Pattern.compile(
          "(.+)\\.(zip|tar|(tar\\.|t)(gz|bz2?|xz|zst)|tbz2|tb2|tar\\.zstd|tzstd)",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /** File names of archives that nobody here reads. */
  Pattern UNKNOWN_NAMES =
      Pattern.compile(
          ".+\\.(7z|rar|cab|cpio|lzh|arj|tar\\.(lz|lz4|lzma|z)|tlz)",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /**
   * Entry of an archive.
   *
   * @param name path in the archive with {@code /}, without {@code .}, {@code ..} and empty parts
   * @param content bytes, until the next entry is asked for
   * @param rejection reason why the content cannot be read, or null
   */
  record Entry(String name, InputStream content, @Nullable Rejection rejection) {}

  /** Returns the next file, or null at the end; directories are passed over. */
  @Nullable Entry next() throws IOException;

  /** Returns true if entries after one that cannot be read can. */
  boolean isSeekable();

  /** Returns true for the name of an archive that can be read. */
  static boolean hasFileName(String name) {
    return NAMES.matcher(name).matches();
  }

  /** Opens a file, recognised by its content. */
  static Archive open(String file) throws IOException {
    InputStream in = StoreFiles.open(file);
    try {
      BufferedInputStream bytes = new BufferedInputStream(in);
      Optional<Path> local = StoreFiles.local(file);
      if (local.isPresent() && ZipArchive.isZip(Compression.peek(bytes, TarArchive.RECORD))) {
        in.close();
        return ZipArchive.open(local.get());
      }
      return of(bytes);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** Returns the archive that a stream holds, recognised by its content. */
  static Archive of(InputStream stream) throws IOException {
    BufferedInputStream in = Compression.decompressed(stream);
    byte[] start = Compression.peek(in, TarArchive.RECORD);
    if (ZipArchive.isZip(start)) {
      return ZipArchive.spooled(in);
    }
    if (TarArchive.isTar(start)) {
      return new TarArchive(in);
    }
    throw new IOException(
        start.length == 0 ? "it has no content" : "it begins with " + beginning(start));
  }

  private static String beginning(byte[] start) {
    int length = Math.min(start.length, 8);
    String text = new String(start, 0, length, StandardCharsets.ISO_8859_1);
    return text.chars().allMatch(c -> c >= ' ' && c < 0x7F)
        ? "'" + text + "'"
        : HexFormat.ofDelimiter(" ").formatHex(start, 0, length);
  }

  /** Returns a path without its parts that mean no directory. */
  static String clean(String path) {
    return Splitter.on('/')
        .splitToStream(path)
        .filter(part -> !part.isEmpty() && !part.equals(".") && !part.equals(".."))
        .collect(Collectors.joining("/"));
  }

  /** Returns true if a file holds an archive, compressed or not. */
  static boolean isArchive(String file) throws IOException {
    try (InputStream in = StoreFiles.open(file)) {
      byte[] start = Compression.peek(Compression.decompressed(in), TarArchive.RECORD);
      return ZipArchive.isZip(start) || (start.length > 0 && TarArchive.isTar(start));
    }
  }
}
