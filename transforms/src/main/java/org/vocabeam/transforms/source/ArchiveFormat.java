package org.vocabeam.transforms.source;

import com.google.common.base.Ascii;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.files.Unread;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Rejection;

/**
 * Tar and zip archives, tars also compressed, and archives in them. The id is the path in the
 * archive, so that an archive and its unpacked folder have the same ids; with several archives it
 * starts with the archive's name, as it does for an archive in an archive.
 */
final class ArchiveFormat implements SourceFormat {
  /** A guess: members are not counted before they are read. */
  private static final long MEMBER_BYTES = 32 << 10;

  private static final int MEMBER_LIMIT = 1 << 28;

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
    Layout layout = files.layout(List.of());
    Samples samples = Samples.peek(archives.get(0).path(), files.options().labelColumn());
    boolean asFolder = !samples.hasLabels() || !layout.tables().isEmpty();
    List<ArchiveNames> names = asFolder ? ArchiveNames.list(archives).orElse(List.of()) : List.of();
    List<Layout> layouts = layouts(layout, names, files.options());
    Levels levels = Levels.of(archives.stream().map(StoreFiles.Listed::name).toList());
    List<WorkItem.Part> parts = new ArrayList<>();
    for (int i = 0; i < archives.size(); i++) {
      StoreFiles.Listed file = archives.get(i);
      String split = split(file.name(), levels);
      Members members =
          new Members(
              file.path(),
              one ? "" : file.name() + "/",
              names.isEmpty() ? layout : layouts.get(i),
              files.options().labelColumn(),
              split);
      parts.add(one ? members : new DamagedFile.Alone(members, file.path(), file.name(), split));
    }
    long bytes = SourceFiles.bytes(archives);
    return Optional.of(
        ImageSource.of(
                kind(archives),
                parts,
                SourceSize.ofFiles(bytes / MEMBER_BYTES + 1, bytes),
                files,
                archives,
                layout.tables())
            .withSequentialParts()
            .from(
                names.isEmpty()
                    ? Origin.of(layout, samples)
                    : Origin.ofArchives(layout, layouts, names)));
  }

  /**
   * Returns the layout of each archive whose names are known: the directories of all of them, and
   * the tables in it, unless a table is named.
   */
  private static List<Layout> layouts(
      Layout layout, List<ArchiveNames> names, SourceOptions options) throws IOException {
    List<String> images = names.stream().flatMap(archive -> archive.images().stream()).toList();
    Layout known = images.isEmpty() ? layout : layout.knowing(images);
    List<Layout> layouts = new ArrayList<>();
    for (ArchiveNames archive : names) {
      layouts.add(layout.tables().isEmpty() ? known.with(archive.tables(known, options)) : known);
    }
    return layouts;
  }

  /** Returns the split in the directories and the name of an archive. */
  private static String split(String name, Levels levels) {
    return levels
        .split(Levels.parents(name))
        .or(() -> Splits.ofFile(name))
        .orElse(ImageRecord.NO_SPLIT);
  }

  private static String kind(List<StoreFiles.Listed> archives) {
    long zips =
        archives.stream().filter(file -> Ascii.toLowerCase(file.name()).endsWith(".zip")).count();
    return zips == 0 ? "tar" : zips == archives.size() ? "zip" : "tar and zip";
  }

  /** Visitor of the members of an archive. */
  interface Visitor {
    /**
     * Reads a member.
     *
     * @param path in the archive; of a member of an archive in it, below that archive's name
     * @return true to go on
     */
    boolean visit(Archive archive, Archive.Entry entry, String path) throws IOException;
  }

  /** Visits the members of an archive and of those in it, in the order of the archive. */
  static void walk(String file, Visitor visitor) {
    try (Archive archive = Archive.open(file)) {
      walk(archive, "", visitor);
    } catch (IOException e) {
      throw damaged(file, e);
    }
  }

  /**
   * Visits the rest of an archive.
   *
   * @param prefix of its paths
   */
  private static boolean walk(Archive archive, String prefix, Visitor visitor) throws IOException {
    for (Archive.Entry entry = archive.next(); entry != null; entry = archive.next()) {
      String name = entry.name();
      boolean inner =
          entry.rejection() == null && Archive.hasFileName(name) && !Layout.isHidden(name);
      boolean more =
          inner
              ? walkInner(archive, entry, prefix + name, visitor)
              : visitor.visit(archive, entry, prefix + name);
      if (!more) {
        return false;
      }
    }
    return true;
  }

  /** Visits an archive in an archive; one that is damaged is an entry that is rejected. */
  private static boolean walkInner(Archive outer, Archive.Entry entry, String path, Visitor visitor)
      throws IOException {
    try (Archive archive = Archive.of(new Unclosed(entry.content()))) {
      return walk(archive, path + "/", visitor);
    } catch (IOException e) {
      Archive.Entry damaged =
          new Archive.Entry(entry.name(), InputStream.nullInputStream(), Rejection.DAMAGED);
      return visitor.visit(outer, damaged, path);
    }
  }

  /** Returns the content of a member, which is at most {@value #MEMBER_LIMIT} bytes long. */
  static byte[] content(String file, String member) throws IOException {
    byte[][] content = {null};
    walk(
        file,
        (opened, entry, path) -> {
          if (!path.equals(member)) {
            return true;
          }
          content[0] = entry.content().readNBytes(MEMBER_LIMIT + 1);
          return false;
        });
    if (content[0] == null || content[0].length > MEMBER_LIMIT) {
      throw new IOException(
          content[0] == null
              ? "it is not there any more"
              : "it is longer than " + MEMBER_LIMIT + " bytes; unpack the archive");
    }
    return content[0];
  }

  private static DamagedFile damaged(String archive, IOException e) {
    return new DamagedFile(
        String.format(
            "%s is not a whole tar or zip (%s); fetch or make it again", archive, e.getMessage()),
        e);
  }

  /**
   * The files in an archive.
   *
   * @param prefix of the ids
   * @param column of the labels of samples, or null
   * @param split of files without one, by the archive's name
   */
  private record Members(
      String archive, String prefix, Layout layout, @Nullable String column, String split)
      implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      try {
        Samples samples = Samples.of(archive, column);
        Reading reading = new Reading(this, samples, maxBytes);
        walk(
            archive,
            (opened, entry, path) -> {
              images.accept(reading.image(opened, entry, path));
              return true;
            });
        samples.checkWhole();
      } catch (IOException e) {
        throw damaged(archive, e);
      }
    }
  }

  /** Reading of one archive and of those in it. */
  private static final class Reading {
    private final Members members;
    private final Samples samples;
    private final int maxBytes;

    /** Hashes of the paths so far; some 60 bytes a member. */
    private final Set<HashCode> seen = new HashSet<>();

    Reading(Members members, Samples samples, int maxBytes) {
      this.members = members;
      this.samples = samples;
      this.maxBytes = maxBytes;
    }

    SourceImage image(Archive archive, Archive.Entry entry, String path) throws IOException {
      String id = members.prefix + path;
      if (Layout.isHidden(entry.name())) {
        return SourceImage.unread(id, Unread.HIDDEN);
      }
      Layout.Place place = place(path);
      if (!seen.add(Hashing.murmur3_128().hashString(path, StandardCharsets.UTF_8))) {
        return SourceImage.rejected(id, place.split(), Rejection.SAME_NAME);
      }
      if (entry.rejection() != null) {
        return SourceImage.rejected(id, place.split(), entry.rejection());
      }
      if (members.layout.tables().stream().anyMatch(table -> path.equals(table.member()))) {
        return SourceImage.unread(id, Unread.LABELS);
      }
      if (samples.isBeside(path)) {
        return SourceImage.unread(id, samples.isLabel(path) ? Unread.LABELS : Unread.BESIDE);
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

    /** Returns split and label; an archive in the archive stands for a directory of its name. */
    private Layout.Place place(String path) {
      Layout.Place place = members.layout.of(ArchiveNames.directories(path));
      return new Layout.Place(
          place.split().equals(ImageRecord.NO_SPLIT) ? members.split : place.split(),
          samples.hasLabels() && members.layout.tables().isEmpty()
              ? samples.label(path)
              : place.label());
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
