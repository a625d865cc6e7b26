package org.vocabeam.transforms.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.apache.commons.compress.archivers.zip.ZipEncoding;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.files.RawName;
import org.vocabeam.transforms.image.Rejection;

/**
 * Tar, read as a stream. Links and devices are rejected; bytes in names are those of the archive,
 * which may be of any encoding.
 */
final class TarArchive implements Archive {
  /** Length of a header, and what other lengths are rounded up to. */
  static final int RECORD = 512;

  private final BufferedInputStream bytes;
  private final Stream tar;

  TarArchive(BufferedInputStream bytes) {
    this.bytes = bytes;
    this.tar = new Stream(bytes);
  }

  /** Returns true for the first record of a tar, also of one without entries. */
  static boolean isTar(byte[] start) {
    try {
      return start.length == RECORD && (isZero(start) || TarUtils.verifyCheckSum(start));
    } catch (IllegalArgumentException e) { // no number where the checksum is
      return false;
    }
  }

  private static boolean isZero(byte[] record) {
    for (byte b : record) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public @Nullable Entry next() throws IOException {
    for (TarArchiveEntry entry = tar.next(); entry != null; entry = tar.next()) {
      if (!entry.isDirectory()) {
        boolean readable = entry.isFile() && !entry.isLink() && tar.canReadEntryData(entry);
        return new Entry(Archive.clean(tar.name(entry)), tar, readable ? null : Rejection.EMPTY);
      }
    }
    if (!tar.ended) {
      throw new IOException("its end is missing");
    }
    bytes.transferTo(OutputStream.nullOutputStream()); // checks the checksum of a compressed one
    return null;
  }

  @Override
  public boolean isSeekable() {
    return false;
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }

  /**
   * Stream that notices the records of zeros at its end, and how the name of an entry is stored.
   */
  private static final class Stream extends TarArchiveInputStream {
    private static final ZipEncoding LATIN_1 = ZipEncodingHelper.getZipEncoding(ISO_8859_1.name());

    private boolean ended;
    private boolean pax;
    private byte[] header = {};

    /** Reads names as Latin-1, which keeps their bytes. */
    Stream(BufferedInputStream bytes) {
      super(bytes, ISO_8859_1.name());
    }

    @Nullable TarArchiveEntry next() throws IOException {
      pax = false;
      return getNextEntry();
    }

    @Override
    protected boolean isEOFRecord(byte[] record) {
      boolean end = super.isEOFRecord(record);
      ended |= end && record != null;
      if (record != null) {
        header = record;
        pax |= record[TarConstants.LF_OFFSET] == TarConstants.LF_PAX_EXTENDED_HEADER_LC;
      }
      return end;
    }

    /** Returns the name as text: that of a PAX header is text already, any other is bytes. */
    String name(TarArchiveEntry entry) throws IOException {
      String name = entry.getName();
      boolean text = pax && !name.equals(new TarArchiveEntry(header, LATIN_1, true).getName());
      return text ? name : RawName.text(name.getBytes(ISO_8859_1));
    }
  }
}
