package org.vocabeam.transforms.source;

import com.google.common.collect.Lists;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;
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
  public Optional<ImageSource> open(SourceFiles files) throws IOException {
    return files.named(ImageFormat::hasFileName).isEmpty()
        ? Optional.empty()
        : Optional.of(list(files));
  }

  /** Lists all files, whatever their names, but archives and tables of labels. */
  static ImageSource list(SourceFiles files) throws IOException {
    StoreFiles.Listed first = files.listed().get(0);
    List<StoreFiles.Listed> images = files.named(ImageFormat::hasFileName);
    List<String> paths =
        (images.isEmpty() ? files.listed() : images).stream().map(StoreFiles.Listed::name).toList();
    Layout layout = files.layout(paths);
    Set<String> tables = layout.tables().stream().map(LabelTable::name).collect(Collectors.toSet());
    List<StoreFiles.Listed> listed = files.named(name -> !isOther(name) && !tables.contains(name));
    String root =
        files.isFile()
            ? first.path().substring(0, first.path().length() - first.name().length())
            : files.input();
    List<Files> parts =
        Lists.partition(listed, FILES_AT_A_TIME).stream()
            .map(part -> Files.of(root, part, layout))
            .toList();
    return ImageSource.of(
            NAME,
            parts,
            SourceSize.ofFiles(listed.size(), SourceFiles.bytes(listed)),
            files,
            listed,
            layout.tables())
        .from(Origin.of(layout, paths, files.named(name -> !ImageFormat.hasFileName(name))));
  }

  private static boolean isOther(String name) {
    return Archive.hasFileName(name)
        || Archive.UNKNOWN_NAMES.matcher(name).matches()
        || ParquetFormat.hasFileName(name);
  }

  /** Some files of a folder. */
  private record Files(String root, List<ImageFile> files) implements WorkItem.Part {
    static Files of(String root, List<StoreFiles.Listed> files, Layout layout) {
      return new Files(root, files.stream().map(file -> ImageFile.of(root, file, layout)).toList());
    }

    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      for (ImageFile image : files) {
        String name = image.name;
        Layout.Place place = image.place;
        String file = image.location == null ? StoreFiles.resolve(root, name) : image.location;
        try (InputStream in = StoreFiles.open(file)) {
          images.accept(SourceImage.file(name, place.label(), place.split(), in, maxBytes));
        } catch (IOException e) {
          images.accept(SourceImage.rejected(name, place.split(), rejection(file, e)));
        }
      }
    }

    /** Returns the reason why a listed file cannot be read now. */
    private Rejection rejection(String file, IOException failure) {
      Rejection rejection = SourceImage.unreadable(file, failure, Rejection.GONE);
      if (rejection == Rejection.GONE) {
        checkRoot(failure);
      }
      return rejection;
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

  /**
   * A file of a folder.
   *
   * @param name relative to the root
   * @param location null if it is where its name says, which is no text in other cases
   */
  private record ImageFile(String name, @Nullable String location, Layout.Place place)
      implements Serializable {
    static ImageFile of(String root, StoreFiles.Listed file, Layout layout) {
      String location = StoreFiles.resolve(root, file);
      return new ImageFile(
          file.name(),
          location.equals(StoreFiles.resolve(root, file.name())) ? null : location,
          layout.of(file.name()));
    }
  }
}
