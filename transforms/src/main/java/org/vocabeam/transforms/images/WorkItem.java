package org.vocabeam.transforms.images;

import java.io.Serializable;
import java.util.function.Consumer;

/** A part of a source that one worker reads. */
record WorkItem(Part part) implements Serializable {

  /** Something that gives images in a fixed order. */
  interface Part extends Serializable {
    /** Reads all of it; files longer than {@code maxBytes} are rejected. */
    void read(int maxBytes, Consumer<SourceImage> images);
  }
}
