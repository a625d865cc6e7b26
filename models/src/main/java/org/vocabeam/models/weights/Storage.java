package org.vocabeam.models.weights;

import java.io.IOException;
import java.io.InputStream;

/** Values of one type, one after the other in a file; of one storage there may be many views. */
interface Storage {
  /** Returns the number of values. */
  long size();

  /**
   * Opens the bytes from a place on.
   *
   * @param position in bytes from the storage's start
   */
  InputStream from(long position) throws IOException;
}
