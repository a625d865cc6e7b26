package org.vocabeam.transforms.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.util.MimeTypes;
import org.vocabeam.models.UserError;

/** Listing, whole-file writes and deletion through Beam's {@link FileSystems}. */
public final class StoreFiles {
  /** Names of the files that a store writes, temporary ones too. */
  public static final Pattern PART =
      Pattern.compile("(_SUCCESS|part-\\d{5}-of-\\d{5}\\.parquet)(\\.[0-9a-f-]{36}\\.tmp)?");

  /** Start of the location of a file whose name is no text. */
  private static final String LOCAL_URI = "file:///";

  private static final String TEMPORARY = ".tmp";
  private static final Pattern TEMPORARY_NAME = Pattern.compile("\\.[0-9a-f-]{36}\\.tmp$");
  private static final Pattern SPECIAL = Pattern.compile("[\\[\\]*?\\\\]");

  /**
   * A file under a listed root.
   *
   * @param path as {@link #open} takes it
   * @param name relative to the root, with {@code /}
   * @param bytes length
   * @param modified time of the last change of the content, in milliseconds since 1970; 0 if
   *     unknown
   */
  public record Listed(String path, String name, long bytes, long modified)
      implements Serializable {}

  /**
   * Content of a root.
   *
   * @param files sorted by name
   * @param unread links and special files, sorted by name
   */
  public record Listing(List<Listed> files, List<UnreadFile> unread) {}

  private StoreFiles() {}

  /**
   * Lists all files under a directory, at any depth, sorted by name; a file lists itself, and a
   * missing path nothing. Symbolic links are followed.
   */
  public static List<Listed> list(String root) throws IOException {
    Listing listing = listing(root);
    for (UnreadFile file : listing.unread()) {
      if (file.reason() == Unread.CLOSED_FOLDER) {
        throw new AccessDeniedException(file.name());
      }
    }
    return listing.files();
  }

  /** Lists a root as {@link #list} does, and what it passes over. */
  public static Listing listing(String root) throws IOException {
    ResourceId directory = resource(root, true);
    Listing listing =
        isLocal(directory)
            ? LocalListing.of(Path.of(directory.toString()))
            : new Listing(listRemote(directory), List.of());
    listing.files().sort(Comparator.comparing(Listed::name));
    return listing;
  }

  private static List<Listed> listRemote(ResourceId root) throws IOException {
    String prefix = root.toString();
    List<Listed> files = new ArrayList<>();
    for (MatchResult.Metadata file : match(prefix)) {
      String path = file.resourceId().toString();
      // Consoles mark a directory with an empty object of its name.
      if (path.startsWith(prefix) && !path.endsWith("/")) {
        files.add(listed(path, path.substring(prefix.length()), file));
      }
    }
    if (files.isEmpty()) {
      String file = prefix.substring(0, prefix.length() - 1);
      for (MatchResult.Metadata found : match(file)) {
        if (found.resourceId().toString().equals(file)) {
          files.add(listed(file, name(file), found));
        }
      }
    }
    return files;
  }

  private static Listed listed(String path, String name, MatchResult.Metadata file) {
    return new Listed(path, name, file.sizeBytes(), file.lastModifiedMillis());
  }

  /**
   * Returns at least all files of a directory, or at least the file itself. There are more where
   * the path has characters that would be a pattern, because S3 cannot escape them.
   */
  private static List<MatchResult.Metadata> match(String path) throws IOException {
    Matcher special = SPECIAL.matcher(path);
    String pattern =
        special.find()
            ? path.substring(0, special.start()) + "**"
            : path.endsWith("/") ? path + "**" : path;
    return ObjectStoreFailure.explained(
        path,
        () -> {
          MatchResult match = FileSystems.match(pattern, EmptyMatchTreatment.ALLOW);
          return match.status() == MatchResult.Status.NOT_FOUND ? List.of() : match.metadata();
        });
  }

  /** Returns true when {@link #list} has found the root itself: a file, and no directory. */
  public static boolean isFile(String root, List<Listed> found) {
    return found.size() == 1 && found.get(0).path().equals(resource(root, false).toString());
  }

  /** Returns true for a file or a directory; in an object store, for an object or some below it. */
  public static boolean exists(String location) throws IOException {
    ResourceId resource = resource(location, true);
    return isLocal(resource)
        ? Files.exists(Path.of(resource.toString()))
        : !listRemote(resource).isEmpty();
  }

  /** Returns true for a directory. Those of an object store exist with their first file. */
  public static boolean isDirectory(String location) throws IOException {
    ResourceId resource = resource(location, true);
    return isLocal(resource)
        ? Files.isDirectory(Path.of(resource.toString()))
        : !listRemote(resource).isEmpty();
  }

  /** Returns a path as Beam's file systems know it. */
  static ResourceId resource(String location, boolean isDirectory) {
    try {
      return FileSystems.matchNewResource(location, isDirectory);
    } catch (IllegalArgumentException e) {
      throw new UserError(
          String.format(
              "%s is no path (%s); give a local one, or s3://BUCKET/PREFIX",
              location, e.getMessage()),
          e);
    }
  }

  /** Returns the path of a local file, and nothing for one in an object store. */
  public static Optional<Path> local(String file) {
    if (file.startsWith(LOCAL_URI)) {
      return Optional.of(Path.of(URI.create(file)));
    }
    if (file.startsWith("/")) {
      return Optional.of(Path.of(file));
    }
    ResourceId resource = resource(file, false);
    return isLocal(resource) ? Optional.of(Path.of(resource.toString())) : Optional.empty();
  }

  /** Returns the location of a file in a listed directory. */
  public static String resolve(String directory, Listed file) {
    return file.path().startsWith(LOCAL_URI) ? file.path() : resolve(directory, file.name());
  }

  static boolean isLocal(ResourceId resource) {
    return resource.getScheme().equals("file");
  }

  /** Returns the path of a file in a directory, or by {@code ../} beside it. */
  public static String resolve(String directory, String name) {
    int end = directory.length() - (directory.endsWith("/") ? 1 : 0);
    int slash = directory.lastIndexOf('/', end - 1);
    if (name.startsWith("../") && slash > 0 && !directory.startsWith("..", slash + 1)) {
      // Object stores know no "..", so it is resolved here wherever there is a parent to name.
      return resolve(directory.substring(0, slash), name.substring(3));
    }
    return directory.isEmpty() || directory.endsWith("/")
        ? directory + name
        : directory + "/" + name;
  }

  /** Returns the last part of a path. */
  public static String name(String location) {
    int end = location.endsWith("/") ? location.length() - 1 : location.length();
    return location.substring(location.lastIndexOf('/', end - 1) + 1, end);
  }

  /** Opens a file for reading. */
  public static InputStream open(String file) throws IOException {
    return Channels.newInputStream(channel(file));
  }

  /** Writes a small file whole: readers see the old content or the new one. */
  public static void write(String file, String text) throws IOException {
    write(file, MimeTypes.TEXT, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Writes a small file whole: readers see the old content or the new one. */
  public static void write(String file, byte[] content) throws IOException {
    write(file, MimeTypes.BINARY, out -> out.write(content));
  }

  /** Copies a local file to any place: readers see the old content or the new one. */
  public static void copy(Path local, String file) throws IOException {
    write(file, MimeTypes.BINARY, out -> Files.copy(local, out));
  }

  private interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private static void write(String file, String mimeType, Content content) throws IOException {
    String temporary = temporary(file);
    try {
      try (OutputStream out = Channels.newOutputStream(create(temporary, mimeType))) {
        content.writeTo(out);
      }
      rename(temporary, file);
    } catch (IOException e) {
      try {
        delete(temporary);
      } catch (IOException left) {
        e.addSuppressed(left); // the storage fails: what is left there is the smaller trouble
      }
      throw e;
    }
  }

  /**
   * Creates a file, and the directories that it needs.
   *
   * @throws UserError when that is not possible, with the reason
   */
  public static WritableByteChannel create(String file, String mimeType) throws IOException {
    ResourceId resource = resource(file, false);
    if (!isLocal(resource)) {
      return new WrittenChannel(
          file, ObjectStoreFailure.explained(file, () -> FileSystems.create(resource, mimeType)));
    }
    try {
      // Here, because Beam drops the reason.
      createDirectories(Path.of(resource.toString()).toAbsolutePath().getParent());
      return new WrittenChannel(file, FileSystems.create(resource, mimeType));
    } catch (IOException e) {
      throw FileFailure.unwritten(lasting(file), e);
    }
  }

  /**
   * Makes a local directory; those of an object store are only names.
   *
   * @throws UserError when that is not possible, with the reason
   */
  public static void createDirectory(String directory) {
    ResourceId resource = resource(directory, true);
    if (isLocal(resource)) {
      try {
        createDirectories(Path.of(resource.toString()));
      } catch (IOException e) {
        throw FileFailure.unwritten(directory, e);
      }
    }
  }

  private static void createDirectories(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
    }
  }

  /**
   * Refuses a local directory where a file is in its place or above it.
   *
   * @throws UserError naming that file
   */
  public static void refuseFile(String directory) {
    ResourceId resource = resource(directory, true);
    if (!isLocal(resource)) {
      return;
    }
    for (Path place = Path.of(resource.toString()); place != null; place = place.getParent()) {
      if (Files.isDirectory(place)) {
        return;
      }
      if (Files.exists(place)) {
        throw new UserError(
            String.format(
                "cannot write %s: %s is a file, must be a directory; give another place",
                directory, place));
      }
    }
  }

  public static ReadableByteChannel channel(String file) throws IOException {
    // Not by Beam, which would take the backslashes of a name for slashes.
    Optional<Path> local = local(file);
    if (local.isPresent()) {
      return FileChannel.open(local.get());
    }
    return ObjectStoreFailure.explained(file, () -> FileSystems.open(resource(file, false)));
  }

  /** Reads a small file; nothing when there is no such file. */
  public static Optional<String> find(String file) throws IOException {
    try {
      return Optional.of(read(file));
    } catch (FileNotFoundException | NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if ("Not a directory".equals(e.getReason())) {
        return Optional.empty(); // a file is above it
      }
      throw e;
    }
  }

  /** Reads a small file. */
  public static String read(String file) throws IOException {
    try (InputStream in = open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Returns a name that no other attempt at the same file uses; no content depends on it. */
  public static String temporary(String file) {
    return file + "." + UUID.randomUUID() + TEMPORARY;
  }

  /** Returns the name that a file of a temporary name will have. */
  static String lasting(String temporary) {
    return TEMPORARY_NAME.matcher(temporary).replaceFirst("");
  }

  /** Returns true for the name of an unfinished file: its writer is at work, or was killed. */
  public static boolean isTemporary(String name) {
    return name.endsWith(TEMPORARY);
  }

  public static void rename(String from, String to) throws IOException {
    ObjectStoreFailure.explained(
        to,
        () -> {
          FileSystems.rename(List.of(resource(from, false)), List.of(resource(to, false)));
          return to;
        });
  }

  /** Deletes a file if it is there. */
  public static void delete(String file) throws IOException {
    // Not with IGNORE_MISSING_FILES, which matches the name as a pattern; both ignore them anyway.
    ObjectStoreFailure.explained(
        file,
        () -> {
          FileSystems.delete(List.of(resource(file, false)));
          return file;
        });
  }

  /**
   * Removes a local directory if it is there and empty; those of an object store are only names.
   */
  public static void deleteEmptyDirectory(String location) throws IOException {
    ResourceId directory = resource(location, true);
    if (isLocal(directory)) {
      try {
        Files.deleteIfExists(Path.of(directory.toString()));
      } catch (DirectoryNotEmptyException e) {
        // Somebody else's file is in it: it stays.
      }
    }
  }
}
