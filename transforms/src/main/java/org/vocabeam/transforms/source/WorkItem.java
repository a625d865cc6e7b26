package org.vocabeam.transforms.source;

import java.io.Serializable;
import java.util.function.Consumer;

/** Part of a source that one worker reads. */
public record WorkItem(Part part) implements Serializable {

  /** Reader of a part, which gives its images in a fixed order. */
  public interface Part extends Serializable {
    /** Reads all images; files longer than {@code maxBytes} are rejected. */
    void read(int maxBytes, Consumer<SourceImage> images);
  }
}
