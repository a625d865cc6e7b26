package org.vocabeam.transforms.source;

import com.google.common.collect.Lists;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageFormat;

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
            .map(part -> part.stream().map(StoreFiles.Listed::name).toList())
            .map(names -> new Files(root, names, files.layout()))
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
   */
  private record Files(String root, List<String> names, Layout layout) implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      for (String name : names) {
        Layout.Place place = layout.of(name);
        String file = StoreFiles.resolve(root, name);
        try (InputStream in = StoreFiles.open(file)) {
          images.accept(SourceImage.file(name, place.label(), place.split(), in, maxBytes));
        } catch (IOException e) {
          throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
        }
      }
    }
  }
}
