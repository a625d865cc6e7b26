package org.vocabeam.transforms.source;

import com.google.common.collect.Lists;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageFormat;
import org.vocabeam.transforms.image.Rejection;

/** Folder of image files, or one file. The id is the path relative to the folder. */
final class FolderFormat implements SourceFormat {
  private static final String NAME = "image folder";
  private static final int FILES_AT_A_TIME = 64;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<ImageSource> open(SourceFiles files) {
    return files.named(ImageFormat::hasFileName).isEmpty()
        ? Optional.empty()
        : Optional.of(list(files));
  }

  /** Lists all files, whatever their names, but archives. */
  static ImageSource list(SourceFiles files) {
    StoreFiles.Listed first = files.listed().get(0);
    List<StoreFiles.Listed> listed = files.named(name -> !isOther(name));
    String root =
        files.isFile()
            ? first.path().substring(0, first.path().length() - first.name().length())
            : files.input();
    List<Files> parts =
        Lists.partition(listed, FILES_AT_A_TIME).stream()
            .map(part -> Files.of(root, part, files.layout()))
            .toList();
    return ImageSource.of(
        NAME, parts, SourceSize.ofFiles(listed.size(), SourceFiles.bytes(listed)), files, listed);
  }

  private static boolean isOther(String name) {
    return Archive.hasFileName(name)
        || Archive.UNKNOWN_NAMES.matcher(name).matches()
        || ParquetFormat.hasFileName(name);
  }

  /**
   * Some files of a folder.
   *
   * @param names relative to the root
   * @param places of those files that are not where their names say, because these are no text
   */
  private record Files(String root, List<String> names, Map<String, String> places, Layout layout)
      implements WorkItem.Part {
    static Files of(String root, List<StoreFiles.Listed> files, Layout layout) {
      Map<String, String> places = new HashMap<>();
      for (StoreFiles.Listed file : files) {
        String place = StoreFiles.resolve(root, file);
        if (!place.equals(StoreFiles.resolve(root, file.name()))) {
          places.put(file.name(), place);
        }
      }
      List<String> names = files.stream().map(StoreFiles.Listed::name).toList();
      return new Files(root, names, Map.copyOf(places), layout);
    }

    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      for (String name : names) {
        Layout.Place place = layout.of(name);
        String file = places.getOrDefault(name, StoreFiles.resolve(root, name));
        try (InputStream in = StoreFiles.open(file)) {
          images.accept(SourceImage.file(name, place.label(), place.split(), in, maxBytes));
        } catch (IOException e) {
          images.accept(SourceImage.rejected(name, place.split(), rejection(file, e)));
        }
      }
    }

    /** Returns the reason why a listed file cannot be read now. */
    private Rejection rejection(String file, IOException failure) {
      if (StoreFiles.local(file).isEmpty() && !(failure instanceof FileNotFoundException)) {
        throw new UserError("cannot read " + file + ": " + failure.getMessage(), failure);
      }
      if (failure instanceof NoSuchFileException || failure instanceof FileNotFoundException) {
        checkRoot(failure);
        return Rejection.GONE;
      }
      return failure instanceof AccessDeniedException ? Rejection.CLOSED : Rejection.UNREADABLE;
    }

    /** Refuses a folder that this worker does not see at all. */
    private void checkRoot(IOException failure) {
      try {
        if (!StoreFiles.exists(root)) {
          throw new UserError(
              root + " is not there for this worker; give a place that all workers see", failure);
        }
      } catch (IOException e) {
        throw new UserError("cannot read " + root + ": " + e.getMessage(), e);
      }
    }
  }
}
