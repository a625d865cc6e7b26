package org.vocabeam.transforms.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Listing of a local folder. Not by Beam's {@code FileSystems.match}: it would take the brackets of
 * "photos [2020]" for a pattern, and backslashes for slashes.
 */
final class LocalListing extends SimpleFileVisitor<Path> {
  private final Path root;
  private final List<StoreFiles.Listed> files = new ArrayList<>();
  private final List<StoreFiles.Listed> lost = new ArrayList<>();
  private final List<UnreadFile> unread = new ArrayList<>();

  private LocalListing(Path root) {
    this.root = root;
  }

  /** Lists a folder or a file; a path that is not there has no file. */
  static StoreFiles.Listing of(Path root) throws IOException {
    LocalListing listing = new LocalListing(root);
    if (Files.isRegularFile(root)) {
      listing.files.add(
          new StoreFiles.Listed(
              root.toString(),
              root.getFileName().toString(),
              Files.size(root),
              Files.getLastModifiedTime(root).toMillis()));
    } else if (Files.isDirectory(root)) {
      Files.walkFileTree(
          root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, listing);
      listing.addLost();
      listing.unread.sort(Comparator.comparing(UnreadFile::name));
    }
    return new StoreFiles.Listing(listing.files, listing.unread);
  }

  @Override
  public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
    if (attributes.isRegularFile()) {
      List<StoreFiles.Listed> list = RawName.isLost(path.toString()) ? lost : files;
      list.add(
          new StoreFiles.Listed(
              location(path),
              name(path),
              attributes.size(),
              attributes.lastModifiedTime().toMillis()));
    } else {
      // An attribute of a link is read only when the file behind it is not there.
      add(path, attributes.isSymbolicLink() ? Unread.DANGLING : Unread.SPECIAL);
    }
    return FileVisitResult.CONTINUE;
  }

  /** Passes over a folder that may not be listed, and over a file that is deleted meanwhile. */
  @Override
  public FileVisitResult visitFileFailed(Path path, IOException failure) throws IOException {
    if (failure instanceof FileSystemLoopException) {
      add(path, Unread.LOOP);
    } else if (failure instanceof AccessDeniedException && !path.equals(root)) {
      add(path, Unread.CLOSED_FOLDER);
    } else if (!(failure instanceof NoSuchFileException)) {
      throw failure;
    }
    return FileVisitResult.CONTINUE;
  }

  private void add(Path path, Unread reason) {
    unread.add(new UnreadFile(name(path), reason));
  }

  /** Adds the files whose names are no text, unless the text that stands for one is a name too. */
  private void addLost() {
    if (lost.isEmpty()) {
      return;
    }
    Set<String> names = files.stream().map(StoreFiles.Listed::name).collect(Collectors.toSet());
    for (StoreFiles.Listed file : lost) {
      if (names.add(file.name())) {
        files.add(file);
      } else {
        unread.add(new UnreadFile(file.name(), Unread.SAME_NAME));
      }
    }
  }

  /** Returns a path that leads back to its file: a URI, which keeps the bytes that are no text. */
  private static String location(Path path) {
    String text = path.toString();
    return RawName.isLost(text) ? path.toUri().toString() : text;
  }

  private String name(Path path) {
    String name = root.relativize(path).toString();
    if (!RawName.isLost(name)) {
      return name;
    }
    byte[] bytes = RawName.of(path);
    int from = RawName.of(root.resolve("x")).length - 1;
    return RawName.text(Arrays.copyOfRange(bytes, from, bytes.length));
  }
}
