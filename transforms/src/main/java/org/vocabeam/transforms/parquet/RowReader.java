package org.vocabeam.transforms.parquet;

import com.google.common.base.Throwables;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.api.InitContext;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.MessageType;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * The rows of one row group in file order. It holds the row group's columns in memory, and is to be
 * closed.
 */
public final class RowReader<T> implements Iterator<T>, AutoCloseable {
  private final ParquetFileReader file;
  private final RecordReader<?> rows;
  private final Function<Object, T> fromRow;
  private final RowGroup group;
  private long left;

  /** Reads the fields of {@code type}'s schema, whichever engine wrote the file. */
  public static <T> RowReader<T> of(RecordType<T> type, RowGroup group) throws IOException {
    return new RowReader<>(
        group,
        new RecordReadSupport(type.schema()),
        new PlainParquetConfiguration(),
        row -> type.fromAvro((GenericRecord) row));
  }

  /** Reads one column of text, in which no row may be null, and no other column. */
  public static RowReader<String> ofText(String column, RowGroup group) throws IOException {
    return new RowReader<>(
        group,
        new RecordReadSupport(
            SchemaBuilder.record("Column").fields().requiredString(column).endRecord()),
        new PlainParquetConfiguration(),
        row -> (String) ((GenericRecord) row).get(0));
  }

  /** Reads by any of parquet-java's record models. */
  public static <R> RowReader<R> of(
      RowGroup group, ReadSupport<R> support, ParquetConfiguration configuration, Class<R> rowType)
      throws IOException {
    return new RowReader<>(group, support, configuration, rowType::cast);
  }

  private RowReader(
      RowGroup group,
      ReadSupport<?> support,
      ParquetConfiguration configuration,
      Function<Object, T> fromRow)
      throws IOException {
    this.fromRow = fromRow;
    this.group = group;
    this.left = group.rows();
    try {
      this.file = open(group.file());
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
    try {
      FileMetaData footer = file.getFooter().getFileMetaData();
      this.rows = read(group, support, configuration, footer);
    } catch (RecordReadSupport.ValueException e) {
      file.close();
      throw new UserError(group.file() + " " + e.getMessage() + "; write it with that column", e);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw damaged(e);
    }
  }

  private RowReader(RowReader<?> reader, Function<Object, T> fromRow) {
    this.file = reader.file;
    this.rows = reader.rows;
    this.group = reader.group;
    this.left = reader.left;
    this.fromRow = fromRow;
  }

  private <R> RecordReader<R> read(
      RowGroup group, ReadSupport<R> support, ParquetConfiguration configuration, FileMetaData file)
      throws IOException {
    Map<String, String> metadata = file.getKeyValueMetaData();
    MessageType schema = file.getSchema();
    ReadSupport.ReadContext context =
        support.init(
            new InitContext(
                configuration,
                metadata.entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, e -> Set.of(e.getValue()))),
                schema));
    MessageType requested = context.getRequestedSchema();
    this.file.setRequestedSchema(requested);
    PageReadStore pages = this.file.readRowGroup(group.index());
    MessageType assembled =
        support instanceof RecordReadSupport records
            ? records.open(pages, requested, this.file.getFooter().getBlocks().get(group.index()))
            : requested;
    RecordMaterializer<R> materializer =
        support.prepareForRead(
            configuration,
            metadata,
            schema,
            new ReadSupport.ReadContext(assembled, context.getReadSupportMetadata()));
    return new ColumnIOFactory(file.getCreatedBy())
        .getColumnIO(assembled, schema)
        .getRecordReader(pages, materializer);
  }

  /** Opens a file and reads its footer. */
  static ParquetFileReader open(String file) throws IOException {
    return ParquetFileReader.open(
        ParquetChannels.input(file),
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .usePageChecksumVerification(true)
            .withCodecFactory(new Codecs())
            .build());
  }

  /** Returns a reader that maps the remaining rows, in place of this one. */
  public <R> RowReader<R> map(Function<? super T, R> mapping) {
    return new RowReader<>(this, fromRow.andThen(mapping));
  }

  @Override
  public boolean hasNext() {
    return left > 0;
  }

  @Override
  public T next() {
    if (left == 0) {
      throw new NoSuchElementException();
    }
    left--;
    try {
      return fromRow.apply(rows.read());
    } catch (RecordReadSupport.ValueException e) {
      throw wrong(e);
    } catch (ParquetDecodingException e) {
      throw damaged(e);
    }
  }

  /** Passes over rows, at most as many as are left. */
  public void skip(long count) {
    for (long i = 0; i < count && left > 0; i++) {
      left--;
      try {
        rows.read();
      } catch (ParquetDecodingException e) {
        throw damaged(e);
      } catch (RecordReadSupport.ValueException e) {
        throw wrong(e);
      }
    }
  }

  private UserError wrong(RecordReadSupport.ValueException e) {
    return new UserError(
        String.format(
            "%s: row %d of row group %d%s %s; write the file without such rows",
            group.file(),
            group.rows() - left - 1,
            group.index(),
            e.id() == null ? "" : " (id '" + e.id() + "')",
            e.getMessage()),
        e);
  }

  /**
   * Cut off, or with other bytes than were written: parquet-java throws many things. Not the file's
   * fault is what happens to a reader that is cancelled, and to what has a state: a runner may try
   * that again.
   */
  private RuntimeException damaged(Exception e) {
    if (e instanceof UserError error) {
      return error;
    }
    for (Throwable cause : Throwables.getCausalChain(e)) {
      if (cause instanceof ClosedChannelException || cause instanceof IllegalStateException) {
        return new IllegalStateException("cannot read " + group.file(), e);
      }
    }
    Optional<String> codec = Codecs.missing(e);
    if (codec.isPresent()) {
      return new UserError(
          String.format(
              "%s is compressed with %s, which is not supported; write it again with zstd",
              group.file(), codec.get()),
          e);
    }
    String what =
        e instanceof FileNotFoundException || e instanceof NoSuchFileException
            ? " is not there any more"
            : " is damaged (" + e.getMessage() + ")";
    boolean isPart = StoreFiles.PART.matcher(group.fileName()).matches();
    return new UserError(
        group.file()
            + what
            + (isPart
                ? "; remove its directory, and give the command that wrote it again"
                : "; write it again"),
        e);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
