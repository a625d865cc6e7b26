package org.vocabeam.transforms.source;

import java.io.Serializable;
import java.util.function.Consumer;

/** A part of a source that one worker reads. */
public record WorkItem(Part part) implements Serializable {

  /** Something that gives images in a fixed order. */
  public interface Part extends Serializable {
    /** Reads all of it; files longer than {@code maxBytes} are rejected. */
    void read(int maxBytes, Consumer<SourceImage> images);
  }
}
