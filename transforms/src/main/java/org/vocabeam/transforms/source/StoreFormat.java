package org.vocabeam.transforms.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreContents;
import org.vocabeam.transforms.store.StoreReader;

/**
 * Parquet files with the columns of an images store, written by us or by another engine. Images
 * keep their ids.
 */
final class StoreFormat implements SourceFormat {
  static final String NAME = "images store";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<ImageSource> open(SourceFiles files) {
    List<StoreFiles.Listed> tables = files.named(ParquetFormat::hasFileName);
    return tables.isEmpty() || files.options().namesColumns() || !areImages(tables)
        ? Optional.empty()
        : Optional.of(source(files, tables));
  }

  /** Returns true if all files that are whole have the columns of an images store. */
  private static boolean areImages(List<StoreFiles.Listed> tables) {
    boolean found = false;
    for (StoreFiles.Listed file : tables) {
      StoreContents contents;
      try {
        contents = StoreContents.ofFile(file.path());
      } catch (UserError damaged) {
        continue;
      }
      if (!contents.matches(ImageRecord.TYPE)) {
        return false;
      }
      found = true;
    }
    return found;
  }

  /** Opens a store of ours as one, so that an incomplete one is refused; lists any other files. */
  private static List<RowGroup> rowGroups(SourceFiles files, List<StoreFiles.Listed> tables) {
    if (!StoreFiles.isFile(files.input(), tables)
        && (StoreReader.isComplete(files.input())
            || tables.stream().anyMatch(StoreFormat::isOurs))) {
      return StoreReader.open(ImageRecord.TYPE, files.input()).rowGroups();
    }
    List<RowGroup> groups = new ArrayList<>();
    for (StoreFiles.Listed file : tables) {
      groups.addAll(StoreContents.ofFile(file.path()).rowGroups());
    }
    return groups;
  }

  private static boolean isOurs(StoreFiles.Listed file) {
    return !StoreContents.ofFile(file.path()).type().isEmpty();
  }

  private static ImageSource source(SourceFiles files, List<StoreFiles.Listed> tables) {
    List<RowGroup> groups = rowGroups(files, tables);
    return ImageSource.ofStore(NAME, parts(groups), size(groups), tables);
  }

  static List<? extends WorkItem.Part> parts(List<RowGroup> groups) {
    return groups.stream().map(Rows::new).toList();
  }

  static SourceSize size(List<RowGroup> groups) {
    return SourceSize.ofFiles(
        groups.stream().mapToLong(RowGroup::rows).sum(),
        groups.stream().mapToLong(RowGroup::bytes).sum());
  }

  /** The images in one row group. */
  private record Rows(RowGroup group) implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, group)) {
        while (rows.hasNext()) {
          images.accept(source(rows.next(), maxBytes));
        }
      } catch (IOException e) {
        throw new UserError("cannot read " + group.file() + ": " + e.getMessage(), e);
      }
    }

    private static SourceImage source(ImageRecord image, int maxBytes) throws IOException {
      if (!image.encoding().equals(ImageRecord.RAW)) {
        return SourceImage.file(
            image.id(),
            image.label(),
            image.split(),
            new ByteArrayInputStream(image.bytes()),
            maxBytes);
      }
      return new SourceImage(
          image.id(),
          image.label(),
          image.split(),
          image.width(),
          image.height(),
          image.channels(),
          image.bytes(),
          null);
    }
  }
}
