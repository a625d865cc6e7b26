package org.vocabeam.transforms.source;

import com.google.common.collect.Lists;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Consumer;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Some files of an image folder. The id is the path relative to the folder.
 *
 * @param names relative to the root
 */
record FolderFiles(String root, List<String> names, Layout layout) implements WorkItem.Part {
  private static final int FILES_AT_A_TIME = 64;

  static List<WorkItem> list(String root, List<String> names, Layout layout) {
    return Lists.partition(names, FILES_AT_A_TIME).stream()
        .map(part -> new WorkItem(new FolderFiles(root, List.copyOf(part), layout)))
        .toList();
  }

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
