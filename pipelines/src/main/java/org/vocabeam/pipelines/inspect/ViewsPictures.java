package org.vocabeam.pipelines.inspect;

import java.util.ArrayList;
import java.util.List;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.views.ViewsRecord;

/** The views of an image are a line; each is named by its kind and crop, the image by its id. */
final class ViewsPictures implements Pictures<ViewsRecord> {
  @Override
  public RecordType<ViewsRecord> type() {
    return ViewsRecord.TYPE;
  }

  @Override
  public List<Picture> of(ViewsRecord image) {
    List<Picture> pictures = new ArrayList<>();
    for (ViewsRecord.View view : image.views()) {
      pictures.add(
          new Picture(
              new Pixels(view.size(), view.size(), view.channels(), view.bytes()),
              List.of(view.view() + " " + view.crop(), image.id() + ", epoch " + image.epoch())));
    }
    return pictures;
  }
}
