package org.vocabeam.transforms.source;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.Rejection;

/** Image that a row of a table names: by a path relative to the table, a whole one, or a URI. */
final class LinkedFile {
  private static final Pattern WHOLE = Pattern.compile("/.*|[A-Za-z][A-Za-z0-9+.-]*://.*|file:.*");

  private LinkedFile() {}

  /** Reads the file; one that is missing or cannot be read is rejected. */
  static SourceImage read(
      String id,
      @Nullable String label,
      String split,
      String directory,
      String link,
      int maxBytes) {
    String file = location(directory, link);
    try (InputStream in = StoreFiles.open(file)) {
      return SourceImage.file(id, label, split, in, maxBytes);
    } catch (FileNotFoundException | NoSuchFileException | UserError e) {
      return link.contains("\\") // a table of Windows
          ? read(id, label, split, directory, link.replace('\\', '/'), maxBytes)
          : SourceImage.rejected(id, split, Rejection.MISSING);
    } catch (IOException e) {
      return SourceImage.rejected(id, split, SourceImage.unreadable(file, e, Rejection.MISSING));
    }
  }

  /** Returns the place of a file. */
  static String location(String directory, String link) {
    if (link.startsWith("file:")) {
      try {
        return Path.of(URI.create(link)).toString();
      } catch (IllegalArgumentException e) {
        return link.replaceFirst("file:(//)?", ""); // a path with spaces and the like
      }
    }
    return WHOLE.matcher(link).matches() ? link : StoreFiles.resolve(directory, link);
  }
}
