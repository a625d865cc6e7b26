package org.vocabeam.transforms.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.Rejection;

/**
 * Tar archives, plain or gzipped. The id is the path in the archive, so that an archive and its
 * unpacked folder have the same ids; with several archives it starts with the archive's name.
 */
final class TarFormat implements SourceFormat {
  private static final Pattern NAMES =
      Pattern.compile(".*\\.(tar|tar\\.gz|tgz)", Pattern.CASE_INSENSITIVE);

  /** A guess: members are not counted before they are read. */
  private static final long MEMBER_BYTES = 32 << 10;

  @Override
  public String name() {
    return "tar";
  }

  @Override
  public Optional<ImageSource> open(SourceFiles files) {
    List<StoreFiles.Listed> archives = files.named(NAMES.asMatchPredicate());
    if (archives.isEmpty()) {
      return Optional.empty();
    }
    List<Members> parts =
        archives.stream()
            .map(
                file ->
                    new Members(
                        file.path(), archives.size() == 1 ? "" : file.name() + "/", files.layout()))
            .toList();
    long bytes = SourceFiles.bytes(archives);
    return Optional.of(
        ImageSource.of(
                name(),
                parts,
                SourceSize.ofFiles(bytes / MEMBER_BYTES + 1, bytes),
                SourceFiles.fingerprint(archives))
            .withSequentialParts());
  }

  /**
   * The files in an archive.
   *
   * @param prefix of the ids
   */
  private record Members(String archive, String prefix, Layout layout) implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      try (InputStream bytes = Gzip.open(archive);
          Archive tar = new Archive(bytes)) {
        for (TarArchiveEntry entry = tar.getNextEntry();
            entry != null;
            entry = tar.getNextEntry()) {
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
  }

  /** Archive that notices the records of zeros at its end. */
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
