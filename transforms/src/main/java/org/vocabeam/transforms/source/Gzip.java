package org.vocabeam.transforms.source;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.vocabeam.transforms.files.StoreFiles;

/** Files that may be gzipped, recognised by their first two bytes whatever their name. */
final class Gzip {
  private static final int BUFFER = 1 << 18;

  private Gzip() {}

  /** Opens a file and decompresses it if it is gzipped. */
  static InputStream open(String file) throws IOException {
    BufferedInputStream in = new BufferedInputStream(StoreFiles.open(file), BUFFER);
    try {
      return isGzip(in)
          ? new BufferedInputStream(new GzipCompressorInputStream(in, true), BUFFER)
          : in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** Returns true if a file is gzipped. */
  static boolean is(String file) throws IOException {
    try (BufferedInputStream in = new BufferedInputStream(StoreFiles.open(file), 16)) {
      return isGzip(in);
    }
  }

  private static boolean isGzip(BufferedInputStream in) throws IOException {
    in.mark(2);
    boolean gzip = in.read() == 0x1F && in.read() == 0x8B;
    in.reset();
    return gzip;
  }
}
