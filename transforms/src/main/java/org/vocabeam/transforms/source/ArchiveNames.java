package org.vocabeam.transforms.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageFormat;

/**
 * Names of the members of an archive, and of those of archives in it, listed by the driver before
 * workers read them: from them the levels of directories, tables of labels and warnings are known
 * as they are for a folder.
 *
 * @param archive file
 * @param images names of image files, as {@link #directories} gives them
 * @param others names of other files, as they are in the archive
 */
record ArchiveNames(StoreFiles.Listed archive, List<String> images, List<String> others) {
  /** Most members of all archives; a list of more is not worth its time and memory. */
  private static final int MOST = 200_000;

  /** Length up to which an archive is read to its end for its names, where it cannot be skipped. */
  private static final long MOST_BYTES = 256 << 20;

  /** Lists archives; nothing if one is too long for it. */
  static Optional<List<ArchiveNames>> list(List<StoreFiles.Listed> archives) throws IOException {
    List<ArchiveNames> all = new ArrayList<>();
    int members = 0;
    for (StoreFiles.Listed archive : archives) {
      if (archive.bytes() > MOST_BYTES
          && (StoreFiles.local(archive.path()).isEmpty()
              || Compression.isCompressed(archive.path()))) {
        return Optional.empty();
      }
      ArchiveNames names = new ArchiveNames(archive, new ArrayList<>(), new ArrayList<>());
      int most = MOST - members;
      try {
        ArchiveFormat.walk(archive.path(), (opened, entry, path) -> names.add(path, most));
      } catch (DamagedFile e) {
        // Its reading says so; what comes before the damage counts.
      }
      members += names.images.size() + names.others.size();
      if (members >= MOST) {
        return Optional.empty();
      }
      all.add(names);
    }
    return Optional.of(all);
  }

  private boolean add(String path, int most) {
    if (!Layout.isHidden(path)) {
      if (ImageFormat.hasFileName(path)) {
        images.add(directories(path));
      } else {
        others.add(path);
      }
    }
    return images.size() + others.size() < most;
  }

  /** Returns a path in which an archive in the archive stands for a directory of its name. */
  static String directories(String path) {
    return Levels.parents(path).stream()
        .map(name -> withoutEnding(name) + "/")
        .collect(Collectors.joining("", "", StoreFiles.name(path)));
  }

  private static String withoutEnding(String name) {
    Matcher archive = Archive.NAMES.matcher(name);
    return archive.matches() ? archive.group(1) : name;
  }

  /** Returns the tables for the images of this archive that are in it. */
  List<LabelTable> tables(Layout layout, SourceOptions options) throws IOException {
    List<LabelTable> tables = new ArrayList<>();
    for (String member : others) {
      LabelTable.find(
              new StoreFiles.Listed(archive.path(), directories(member), 0, 0),
              member,
              images,
              layout,
              options)
          .ifPresent(tables::add);
    }
    return LabelTable.sorted(tables);
  }

  /** Returns the other files as they are listed in a folder. */
  List<StoreFiles.Listed> otherFiles() {
    return others.stream().map(name -> new StoreFiles.Listed(archive.path(), name, 0, 0)).toList();
  }
}
