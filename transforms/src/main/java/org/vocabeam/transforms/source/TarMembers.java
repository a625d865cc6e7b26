package org.vocabeam.transforms.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.image.Rejection;

/**
 * The files in a tar or gzipped tar. The id is the path in the archive, so that an archive and its
 * unpacked folder have the same ids.
 *
 * @param prefix goes before the ids: empty for a single archive, the archive's name and {@code /}
 *     when there are several
 */
record TarMembers(String archive, String prefix, Layout layout) implements WorkItem.Part {

  @Override
  public void read(int maxBytes, Consumer<SourceImage> images) {
    try (InputStream bytes = Gzip.open(archive);
        Archive tar = new Archive(bytes)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String path = entry.getName().replaceFirst("^(\\./|/)+", "");
        if (entry.isDirectory() || Layout.isHidden(path)) {
          continue;
        }
        Layout.Place place = layout.of(path);
        String id = prefix + path;
        images.accept(
            entry.isFile() && !entry.isLink() && tar.canReadEntryData(entry)
                ? SourceImage.file(id, place.label(), place.split(), tar, maxBytes)
                : SourceImage.rejected(id, place.split(), Rejection.EMPTY)); // a link, a device
      }
      if (!tar.ended) {
        throw new IOException("its end is missing");
      }
      bytes.transferTo(OutputStream.nullOutputStream()); // makes gzip check its checksum
    } catch (IOException e) {
      throw new UserError(
          String.format(
              "%s is not a whole tar or gzipped tar (%s); fetch or make it again",
              archive, e.getMessage()),
          e);
    }
  }

  /** Knows whether the records of zeros were there that end an archive. */
  private static final class Archive extends TarArchiveInputStream {
    private boolean ended;

    Archive(InputStream bytes) {
      super(bytes, "UTF-8");
    }

    @Override
    protected boolean isEOFRecord(byte[] record) {
      boolean end = super.isEOFRecord(record);
      ended |= end && record != null;
      return end;
    }
  }
}
