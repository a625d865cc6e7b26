package org.vocabeam.transforms.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.files.Unread;
import org.vocabeam.transforms.files.UnreadFile;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageFormat;

/**
 * Files of a source whose format is not known yet.
 *
 * @param input file or directory
 * @param listed its files without hidden ones, sorted by name
 * @param unread hidden files, and what is no file
 * @param options of the source
 * @param decode options of the images store
 */
record SourceFiles(
    String input,
    List<StoreFiles.Listed> listed,
    List<UnreadFile> unread,
    SourceOptions options,
    DecodeOptions decode) {

  static SourceFiles list(String input, SourceOptions options, DecodeOptions decode)
      throws IOException {
    StoreFiles.Listing found = StoreFiles.listing(input);
    List<StoreFiles.Listed> listed = new ArrayList<>();
    List<UnreadFile> unread = new ArrayList<>(found.unread());
    for (StoreFiles.Listed file : found.files()) {
      if (Layout.isHidden(file.name())) {
        unread.add(new UnreadFile(file.name(), Unread.HIDDEN));
      } else {
        listed.add(file);
      }
    }
    return new SourceFiles(input, listed, unread, options, decode);
  }

  /** Returns true if the input is one file and no directory. */
  boolean isFile() {
    return StoreFiles.isFile(input, listed);
  }

  /** Returns the files whose names, relative to the input, match. */
  List<StoreFiles.Listed> named(Predicate<String> names) {
    return listed.stream().filter(file -> names.test(file.name())).toList();
  }

  /** Returns what is not read when the source reads these files only, and the tables of labels. */
  List<UnreadFile> unreadBeside(List<StoreFiles.Listed> read, List<LabelTable> tables) {
    Set<String> labels = tables.stream().map(LabelTable::path).collect(Collectors.toSet());
    Set<String> names = read.stream().map(StoreFiles.Listed::path).collect(Collectors.toSet());
    boolean images = read.stream().anyMatch(file -> ImageFormat.hasFileName(file.name()));
    List<UnreadFile> rest = new ArrayList<>(unread);
    for (StoreFiles.Listed file : listed) {
      if (!names.contains(file.path())) {
        rest.add(
            new UnreadFile(
                file.name(),
                labels.contains(file.path()) ? Unread.LABELS : reason(file.name(), images)));
      }
    }
    return rest;
  }

  private static Unread reason(String name, boolean images) {
    if (Archive.UNKNOWN_NAMES.matcher(name).matches()) {
      return Unread.UNKNOWN_ARCHIVE;
    }
    return images && Archive.hasFileName(name) ? Unread.ARCHIVE_BESIDE_IMAGES : Unread.OTHER_FORMAT;
  }

  /**
   * Returns the layout of the images.
   *
   * @param images paths relative to the input; empty if they are not known
   */
  Layout layout(List<String> images) throws IOException {
    Layout layout = Layout.parse(options.layout());
    if (!images.isEmpty()) {
      layout = layout.knowing(images);
    }
    return options.labels() == null
        ? layout.with(LabelTable.find(listed, images, layout, options))
        : layout.with(List.of(LabelTable.named(options.labels(), options)));
  }

  static long bytes(List<StoreFiles.Listed> files) {
    return files.stream().mapToLong(StoreFiles.Listed::bytes).sum();
  }
}
