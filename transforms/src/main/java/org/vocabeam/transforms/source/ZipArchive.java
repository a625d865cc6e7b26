package org.vocabeam.transforms.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.image.Rejection;

/**
 * Zip, read by the directory at its end. One that is no local file is copied to a temporary file
 * first. Entries that are encrypted or compressed in an unknown way are rejected one by one.
 */
final class ZipArchive implements Archive {
  private static final Charset DOS = Charset.forName("IBM437");
  private static final InputStream EMPTY = InputStream.nullInputStream();

  private final ZipFile zip;
  private final Iterator<ZipArchiveEntry> entries;
  private final @Nullable Path temporary;

  private ZipArchive(Path file, @Nullable Path temporary) throws IOException {
    this.zip =
        ZipFile.builder()
            .setSeekableByteChannel(FileChannel.open(file))
            .setCharset(StandardCharsets.UTF_8)
            .get();
    this.entries = zip.getEntriesInPhysicalOrder().asIterator();
    this.temporary = temporary;
  }

  /** Opens a local file. */
  static ZipArchive open(Path file) throws IOException {
    return new ZipArchive(file, null);
  }

  /** Opens a copy of a stream. */
  static ZipArchive spooled(InputStream in) throws IOException {
    Path temporary = Files.createTempFile("vocabeam-", ".zip");
    try (in) {
      Files.copy(in, temporary, StandardCopyOption.REPLACE_EXISTING);
      return new ZipArchive(temporary, temporary);
    } catch (IOException e) {
      Files.delete(temporary);
      throw e;
    }
  }

  /** Returns true for the first bytes of a zip, also of one without entries. */
  static boolean isZip(byte[] start) {
    return start.length > 4
        && start[0] == 'P'
        && start[1] == 'K'
        && ((start[2] == 3 && start[3] == 4)
            || (start[2] == 5 && start[3] == 6)
            || (start[2] == 7 && start[3] == 8));
  }

  @Override
  public @Nullable Entry next() throws IOException {
    while (entries.hasNext()) {
      ZipArchiveEntry entry = entries.next();
      String name = name(entry);
      if (!entry.isDirectory() && !name.endsWith("/")) {
        Rejection rejection = rejection(entry);
        InputStream content =
            rejection == null ? new Checked(zip.getInputStream(entry), entry) : EMPTY;
        return new Entry(Archive.clean(name), content, rejection);
      }
    }
    return null;
  }

  private @Nullable Rejection rejection(ZipArchiveEntry entry) {
    if (entry.getGeneralPurposeBit().usesEncryption()) {
      return Rejection.ENCRYPTED;
    }
    if (!zip.canReadEntryData(entry)) {
      return Rejection.PACKED;
    }
    return entry.isUnixSymlink() ? Rejection.EMPTY : null;
  }

  /**
   * Returns a name as it was meant: UTF-8 where it is or says so, else the code page of DOS. A zip
   * of Windows may have backslashes for slashes.
   */
  private static String name(ZipArchiveEntry entry) {
    String name = entry.getName();
    if (entry.getNameSource() == ZipArchiveEntry.NameSource.NAME) {
      byte[] raw = entry.getRawName();
      try {
        name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
      } catch (CharacterCodingException e) {
        name = new String(raw, DOS);
      }
    }
    return name.contains("/") ? name : name.replace('\\', '/');
  }

  @Override
  public boolean isSeekable() {
    return true;
  }

  @Override
  public void close() throws IOException {
    zip.close();
    if (temporary != null) {
      Files.delete(temporary);
    }
  }

  /** Content of an entry that is compared with its checksum at its end. */
  private static final class Checked extends CheckedInputStream {
    private final long expected;

    Checked(InputStream in, ZipArchiveEntry entry) {
      super(in, new CRC32());
      this.expected = entry.getCrc();
    }

    @Override
    public int read() throws IOException {
      return atEnd(super.read());
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      return length == 0 ? 0 : atEnd(super.read(buffer, from, length));
    }

    private int atEnd(int read) throws IOException {
      if (read < 0 && getChecksum().getValue() != expected) {
        throw new IOException("its checksum is wrong");
      }
      return read;
    }
  }
}
