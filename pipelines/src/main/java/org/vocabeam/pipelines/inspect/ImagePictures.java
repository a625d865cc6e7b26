package org.vocabeam.pipelines.inspect;

import java.util.ArrayList;
import java.util.List;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.parquet.RecordType;

/** An image is a picture; its caption is its label, if it has one, and its id. */
final class ImagePictures implements Pictures<ImageRecord> {
  @Override
  public RecordType<ImageRecord> type() {
    return ImageRecord.TYPE;
  }

  @Override
  public List<Picture> of(ImageRecord image) {
    List<String> caption = new ArrayList<>();
    if (image.label() != null) {
      caption.add(image.label());
    }
    caption.add(image.id());
    return List.of(new Picture(Pixels.of(image), caption));
  }
}
