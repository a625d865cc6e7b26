package org.vocabeam.transforms.source;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import org.vocabeam.transforms.files.StoreFiles;

/** Compression of a whole file, recognised by its first bytes whatever the file's name. */
enum Compression {
  NONE("") {
    @Override
    InputStream decompress(InputStream in) {
      return in;
    }
  },
  GZIP("1f8b") {
    @Override
    InputStream decompress(InputStream in) throws IOException {
      return new GzipCompressorInputStream(in, true);
    }
  },
  BZIP2("425a68") {
    @Override
    InputStream decompress(InputStream in) throws IOException {
      return new BZip2CompressorInputStream(in, true);
    }
  },
  XZ("fd377a585a00") {
    @Override
    InputStream decompress(InputStream in) throws IOException {
      return new XZCompressorInputStream(in, true);
    }
  },
  ZSTD("28b52ffd") {
    @Override
    InputStream decompress(InputStream in) throws IOException {
      return new ZstdCompressorInputStream(in);
    }
  };

  private static final int BUFFER = 1 << 18;

  private static final int LONGEST_MAGIC = 6;

  private final String magic;

  /**
   * @param magic first bytes, in hexadecimal
   */
  Compression(String magic) {
    this.magic = magic;
  }

  abstract InputStream decompress(InputStream in) throws IOException;

  /** Opens a file and decompresses it if it is compressed. */
  static BufferedInputStream open(String file) throws IOException {
    InputStream in = StoreFiles.open(file);
    try {
      return decompressed(in);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** Returns the content of a stream, decompressed if it is compressed. */
  static BufferedInputStream decompressed(InputStream stream) throws IOException {
    BufferedInputStream in = new BufferedInputStream(stream, BUFFER);
    Compression compression = of(in);
    return compression == NONE ? in : new BufferedInputStream(compression.decompress(in), BUFFER);
  }

  /** Returns true if a file is compressed. */
  static boolean isCompressed(String file) throws IOException {
    try (BufferedInputStream in = new BufferedInputStream(StoreFiles.open(file), 16)) {
      return of(in) != NONE;
    }
  }

  private static Compression of(BufferedInputStream in) throws IOException {
    String start = HexFormat.of().formatHex(peek(in, LONGEST_MAGIC));
    return Arrays.stream(values())
        .filter(kind -> kind != NONE && start.startsWith(kind.magic))
        .findFirst()
        .orElse(NONE);
  }

  /** Returns the next bytes of a stream, fewer at its end, which it gives once more. */
  static byte[] peek(BufferedInputStream in, int bytes) throws IOException {
    in.mark(bytes);
    byte[] start = in.readNBytes(bytes);
    in.reset();
    return start;
  }
}
