package org.vocabeam.transforms.parquet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ValuesType;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridDecoder;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Column of lists of float, read page by page. Parquet's assembly of records takes twice as long,
 * because it makes several calls for each value.
 */
final class FloatColumn {
  /** Next number of a page's levels. */
  private interface Levels {
    int next() throws IOException;
  }

  private final PageReader pages;
  private final ColumnDescriptor column;
  private final @Nullable Dictionary dictionary;
  private float[] row = new float[0];

  /** Values of the page that are not read, their number, and the levels of all but the first. */
  private FloatBuffer values = FloatBuffer.allocate(0);

  private int left;
  private Levels repetitions = () -> 0;

  private FloatColumn(PageReader pages, ColumnDescriptor column) throws IOException {
    this.pages = pages;
    this.column = column;
    DictionaryPage page = pages.readDictionaryPage();
    this.dictionary = page == null ? null : page.getEncoding().initDictionary(column, page);
    openPage();
  }

  /**
   * Opens a column of a row group; nothing if it holds other values than float32 or a list may be
   * empty or null, which the assembly of records knows to read and to refuse.
   */
  static Optional<FloatColumn> open(
      PageReadStore pages, ColumnDescriptor column, BlockMetaData rowGroup) {
    return column.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.FLOAT
            && column.getMaxRepetitionLevel() == 1
            && isFull(column, rowGroup)
        ? Optional.of(of(pages.getPageReader(column), column))
        : Optional.empty();
  }

  private static FloatColumn of(PageReader pages, ColumnDescriptor column) {
    try {
      return new FloatColumn(pages, column);
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  private static boolean isFull(ColumnDescriptor column, BlockMetaData rowGroup) {
    for (ColumnChunkMetaData chunk : rowGroup.getColumns()) {
      if (chunk.getPath().equals(ColumnPath.get(column.getPath()))) {
        Statistics<?> statistics = chunk.getStatistics();
        return statistics != null
            && statistics.isNumNullsSet()
            && statistics.getNumNulls() == 0
            && chunk.getValueCount() >= rowGroup.getRowCount();
      }
    }
    return false;
  }

  /** Returns the next row's list. */
  float[] next() {
    try {
      int length = 0;
      boolean more = true;
      while (more) {
        int run = 1;
        while (run < left && repetitions.next() > 0) {
          run++;
        }
        boolean ended = run < left; // by the level of the next row's first value
        if (length + run > row.length) {
          row = Arrays.copyOf(row, Math.max(length + run, 2 * row.length));
        }
        values.get(row, length, run);
        length += run;
        left -= run;
        more = !ended && openPage() > 0;
      }
      return Arrays.copyOf(row, length);
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
  }

  private static ParquetDecodingException damaged(Exception e) {
    return new ParquetDecodingException(e.getMessage(), e);
  }

  /** Opens the next page if there is one; returns the level of its first value, 0 without one. */
  private int openPage() throws IOException {
    DataPage page = pages.readPage();
    if (page == null) {
      return 0;
    }
    left = page.getValueCount();
    try {
      page.accept(
          new DataPage.Visitor<Void>() {
            @Override
            public Void visit(DataPageV1 first) {
              return opened(first);
            }

            @Override
            public Void visit(DataPageV2 second) {
              return opened(second);
            }
          });
      return repetitions.next();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Void opened(DataPageV1 page) {
    try {
      ByteBufferInputStream in = page.getBytes().toInputStream();
      ValuesReader reader =
          page.getRlEncoding().getValuesReader(column, ValuesType.REPETITION_LEVEL);
      reader.initFromPage(left, in);
      repetitions = reader::readInteger;
      ValuesReader defined =
          page.getDlEncoding().getValuesReader(column, ValuesType.DEFINITION_LEVEL);
      defined.initFromPage(left, in);
      values = values(page.getValueEncoding(), in, defined::readInteger);
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Void opened(DataPageV2 page) {
    try {
      repetitions =
          levels(column.getMaxRepetitionLevel(), page.getRepetitionLevels().toInputStream());
      Levels defined =
          levels(column.getMaxDefinitionLevel(), page.getDefinitionLevels().toInputStream());
      values = values(page.getDataEncoding(), page.getData().toInputStream(), defined);
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Levels levels(int most, ByteBufferInputStream in) {
    return most == 0
        ? () -> 0
        : new RunLengthBitPackingHybridDecoder(BytesUtils.getWidthFromMaxInt(most), in)::readInt;
  }

  /** Returns all values of a page; one with fewer values than levels is damaged. */
  private FloatBuffer values(Encoding encoding, ByteBufferInputStream in, Levels defined)
      throws IOException {
    if (encoding == Encoding.PLAIN) {
      int bytes = Math.multiplyExact(left, Float.BYTES);
      if (in.available() != bytes) { // levels need not be read
        throw missing();
      }
      return in.slice(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
    for (int i = 0; i < left; i++) {
      if (defined.next() != column.getMaxDefinitionLevel()) {
        throw missing();
      }
    }
    ValuesReader reader =
        encoding.usesDictionary()
            ? encoding.getDictionaryBasedValuesReader(column, ValuesType.VALUES, dictionary)
            : encoding.getValuesReader(column, ValuesType.VALUES);
    reader.initFromPage(left, in);
    float[] decoded = new float[left];
    for (int i = 0; i < left; i++) {
      decoded[i] = reader.readFloat();
    }
    return FloatBuffer.wrap(decoded);
  }

  /** The footer says that no value is missing. */
  private static IOException missing() {
    return new IOException("a value is missing, against the statistics of the column");
  }
}
