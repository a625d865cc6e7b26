package org.vocabeam.transforms.source;

import com.google.common.base.Ascii;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.files.Unread;
import org.vocabeam.transforms.image.Rejection;

/**
 * Tar and zip archives, tars also compressed, and archives in them. The id is the path in the
 * archive, so that an archive and its unpacked folder have the same ids; with several archives it
 * starts with the archive's name, as it does for an archive in an archive.
 */
final class ArchiveFormat implements SourceFormat {
  /** A guess: members are not counted before they are read. */
  private static final long MEMBER_BYTES = 32 << 10;

  @Override
  public String name() {
    return "tar, zip";
  }

  @Override
  public Optional<ImageSource> open(SourceFiles files) throws IOException {
    List<StoreFiles.Listed> archives = files.named(Archive::hasFileName);
    if (archives.isEmpty() && files.isFile() && Archive.isArchive(files.input())) {
      archives = files.listed();
    }
    if (archives.isEmpty()) {
      return Optional.empty();
    }
    boolean one = archives.size() == 1;
    List<Members> parts =
        archives.stream()
            .map(file -> new Members(file.path(), one ? "" : file.name() + "/", files.layout()))
            .toList();
    long bytes = SourceFiles.bytes(archives);
    return Optional.of(
        ImageSource.of(
                kind(archives),
                parts,
                SourceSize.ofFiles(bytes / MEMBER_BYTES + 1, bytes),
                files,
                archives)
            .withSequentialParts());
  }

  private static String kind(List<StoreFiles.Listed> archives) {
    long zips =
        archives.stream().filter(file -> Ascii.toLowerCase(file.name()).endsWith(".zip")).count();
    return zips == 0 ? "tar" : zips == archives.size() ? "zip" : "tar and zip";
  }

  /**
   * The files in an archive.
   *
   * @param prefix of the ids
   */
  private record Members(String archive, String prefix, Layout layout) implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      Reading reading = new Reading(layout, maxBytes, images);
      reading.read(archive, prefix);
    }
  }

  /** Reading of one archive and of those in it. */
  private static final class Reading {
    private final Layout layout;
    private final int maxBytes;
    private final Consumer<SourceImage> images;

    /** Hashes of the ids so far; some 60 bytes a member. */
    private final Set<HashCode> seen = new HashSet<>();

    Reading(Layout layout, int maxBytes, Consumer<SourceImage> images) {
      this.layout = layout;
      this.maxBytes = maxBytes;
      this.images = images;
    }

    void read(String file, String prefix) {
      try (Archive archive = Archive.open(file)) {
        read(archive, file, prefix, "");
      } catch (IOException e) {
        throw damaged(file, e);
      }
    }

    /**
     * Reads the rest of an archive.
     *
     * @param place name of the archive for users
     * @param prefix of the ids
     * @param directory of the archive in the outermost one, empty or with {@code /} at its end; an
     *     archive stands for a directory of its name
     */
    private void read(Archive archive, String place, String prefix, String directory)
        throws IOException {
      for (Archive.Entry entry = archive.next(); entry != null; entry = archive.next()) {
        String name = entry.name();
        Matcher inner = Archive.NAMES.matcher(name);
        if (Layout.isHidden(name)) {
          images.accept(SourceImage.unread(prefix + name, Unread.HIDDEN));
        } else if (entry.rejection() == null && inner.matches()) {
          readInner(
              entry, place + "/" + name, prefix + name + "/", directory + inner.group(1) + "/");
        } else {
          images.accept(image(archive, entry, prefix + name, directory + name));
        }
      }
    }

    private void readInner(Archive.Entry entry, String place, String prefix, String directory) {
      try (Archive archive = Archive.of(new Unclosed(entry.content()))) {
        read(archive, place, prefix, directory);
      } catch (IOException e) {
        throw damaged(place, e);
      }
    }

    private SourceImage image(Archive archive, Archive.Entry entry, String id, String path)
        throws IOException {
      Layout.Place place = layout.of(path);
      if (!seen.add(Hashing.murmur3_128().hashString(id, StandardCharsets.UTF_8))) {
        return SourceImage.rejected(id, place.split(), Rejection.SAME_NAME);
      }
      if (entry.rejection() != null) {
        return SourceImage.rejected(id, place.split(), entry.rejection());
      }
      try {
        return SourceImage.file(id, place.label(), place.split(), entry.content(), maxBytes);
      } catch (IOException e) {
        if (!archive.isSeekable()) {
          throw e;
        }
        return SourceImage.rejected(id, place.split(), Rejection.CORRUPT);
      }
    }

    private static UserError damaged(String archive, IOException e) {
      return new UserError(
          String.format(
              "%s is not a whole tar or zip (%s); fetch or make it again", archive, e.getMessage()),
          e);
    }
  }

  /** Entry of an archive, which outlasts the archive in it. */
  private static final class Unclosed extends FilterInputStream {
    Unclosed(InputStream entry) {
      super(entry);
    }

    @Override
    public void close() {}
  }
}
