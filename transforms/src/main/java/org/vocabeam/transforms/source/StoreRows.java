package org.vocabeam.transforms.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreContents;
import org.vocabeam.transforms.store.StoreReader;

/**
 * The images in one row group of an images store, ours or of another engine. They keep their ids.
 */
record StoreRows(RowGroup group) implements WorkItem.Part {

  /** Whether all of these are Parquet files with the columns of an images store. */
  static boolean are(List<StoreFiles.Listed> files) {
    try {
      return files.stream()
          .allMatch(file -> StoreContents.ofFile(file.path()).matches(ImageRecord.TYPE));
    } catch (UserError damaged) {
      return false;
    }
  }

  /**
   * The parts of a directory of such files, or of one.
   *
   * @throws UserError when it is a store of ours that is not complete
   */
  static List<RowGroup> list(String input, List<StoreFiles.Listed> files) {
    if (!StoreFiles.isFile(input, files)
        && (StoreReader.isComplete(input) || files.stream().anyMatch(StoreRows::isOurs))) {
      return StoreReader.open(ImageRecord.TYPE, input).rowGroups();
    }
    List<RowGroup> groups = new ArrayList<>();
    for (StoreFiles.Listed file : files) {
      groups.addAll(StoreContents.ofFile(file.path()).rowGroups());
    }
    return groups;
  }

  private static boolean isOurs(StoreFiles.Listed file) {
    return !StoreContents.ofFile(file.path()).type().isEmpty();
  }

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
