package org.vocabeam.transforms.source;

import java.util.Optional;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;

/** View of images stores, which has a manifest and no Parquet file of its own. */
final class StoreViewFormat implements SourceFormat {
  @Override
  public String name() {
    return StoreFormat.NAME;
  }

  @Override
  public Optional<ImageSource> open(SourceFiles files) {
    if (files.isFile()
        || StoreManifest.find(files.input()).filter(StoreManifest::isView).isEmpty()) {
      return Optional.empty();
    }
    StoreReader<ImageRecord> view = StoreReader.open(ImageRecord.TYPE, files.input());
    return Optional.of(
        ImageSource.ofView(
            name(),
            StoreFormat.parts(view.rowGroups()),
            StoreFormat.size(view.rowGroups()),
            view.fingerprint()));
  }
}
