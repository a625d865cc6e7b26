package org.vocabeam.transforms.parquet;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.InitContext;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.Float16;

/**
 * Reads rows as records of an Avro schema from the columns alone. Parquet's own Avro reader wants
 * the file to be written by Avro, or lists to be of one form.
 */
final class RecordReadSupport extends ReadSupport<GenericRecord> {
  /** A value that the record cannot have. */
  static final class ValueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The row as far as it was read. */
    private final transient GenericRecord row;

    ValueException(String message, @Nullable GenericRecord row) {
      super(message);
      this.row = row;
    }

    /** Returns the value of the row's {@code id}, where it has one. */
    @Nullable Object id() {
      return row != null && row.getSchema().getField("id") != null ? row.get("id") : null;
    }
  }

  private final Schema schema;
  private final Map<String, FloatColumn> floats = new HashMap<>();

  RecordReadSupport(Schema schema) {
    this.schema = schema;
  }

  /**
   * Opens the lists of float of a row group that are read without the assembly of records; to be
   * called before {@link #prepareForRead}.
   *
   * @param requested columns
   * @return the columns that are left to the assembly, at least one
   */
  MessageType open(PageReadStore pages, MessageType requested, BlockMetaData rowGroup) {
    List<Type> assembled = new ArrayList<>(requested.getFields());
    for (Schema.Field field : schema.getFields()) {
      if (isFloats(field.schema())
          && requested.containsField(field.name())
          && assembled.size() > 1) {
        ColumnDescriptor column =
            new MessageType(requested.getName(), requested.getType(field.name()))
                .getColumns()
                .get(0);
        FloatColumn.open(pages, column, rowGroup)
            .ifPresent(
                opened -> {
                  floats.put(field.name(), opened);
                  assembled.remove(requested.getType(field.name()));
                });
      }
    }
    return new MessageType(requested.getName(), assembled);
  }

  private static boolean isFloats(Schema field) {
    Schema present = ColumnMatch.present(field);
    return present.getType() == Schema.Type.ARRAY
        && present.getElementType().getType() == Schema.Type.FLOAT;
  }

  @Override
  public ReadContext init(InitContext context) {
    try {
      return new ReadContext(ColumnMatch.project(schema, context.getFileSchema()));
    } catch (ColumnMatch.MismatchException e) {
      throw new ValueException(e.getMessage(), null);
    }
  }

  /** Abstract in parquet-java although deprecated: the other one is called. */
  @Override
  @Deprecated
  public RecordMaterializer<GenericRecord> prepareForRead(
      Configuration configuration,
      Map<String, String> metadata,
      MessageType file,
      ReadContext context) {
    return new Materializer(schema, context.getRequestedSchema(), floats);
  }

  @Override
  public RecordMaterializer<GenericRecord> prepareForRead(
      ParquetConfiguration configuration,
      Map<String, String> metadata,
      MessageType file,
      ReadContext context) {
    return new Materializer(schema, context.getRequestedSchema(), floats);
  }

  private static final class Materializer extends RecordMaterializer<GenericRecord> {
    private final RecordConverter root;
    private @Nullable GenericRecord row;

    Materializer(Schema schema, MessageType columns, Map<String, FloatColumn> floats) {
      this.root =
          new RecordConverter("", schema, columns, floats, value -> row = (GenericRecord) value);
    }

    @Override
    public GenericRecord getCurrentRecord() {
      return row;
    }

    @Override
    public GroupConverter getRootConverter() {
      return root;
    }
  }

  private static Converter converter(
      String path, Schema field, Type type, Consumer<Object> parent) {
    Schema schema = ColumnMatch.present(field);
    return switch (schema.getType()) {
      case RECORD -> new RecordConverter(path + ".", schema, type.asGroupType(), Map.of(), parent);
      case ARRAY -> new ListConverter(path, schema.getElementType(), type.asGroupType(), parent);
      case STRING -> new Text(parent);
      case BYTES -> new Bytes(parent);
      case INT -> new Int(path, parent);
      case LONG -> new Long64(parent);
      case FLOAT -> new Float32(value -> parent.accept(value));
      case DOUBLE -> new Float64(parent);
      default -> throw new IllegalArgumentException(path + ": no store has " + schema);
    };
  }

  private static final class RecordConverter extends GroupConverter {
    private final String path;
    private final Schema schema;
    private final Consumer<Object> parent;
    private final Converter[] columns;
    private final boolean[] required;
    private final Map<String, FloatColumn> floats;
    private GenericData.Record record;

    /**
     * @param columns those of the schema, in its order; nullable ones may be missing
     * @param floats columns that are read on their own
     */
    RecordConverter(
        String path,
        Schema schema,
        GroupType columns,
        Map<String, FloatColumn> floats,
        Consumer<Object> parent) {
      this.path = path;
      this.schema = schema;
      this.floats = floats;
      this.parent = parent;
      this.columns = new Converter[columns.getFieldCount()];
      this.required = new boolean[schema.getFields().size()];
      for (Schema.Field field : schema.getFields()) {
        required[field.pos()] = !field.schema().isNullable();
        if (columns.containsField(field.name())) {
          this.columns[columns.getFieldIndex(field.name())] =
              converter(
                  path + field.name(),
                  field.schema(),
                  columns.getType(field.name()),
                  value -> record.put(field.pos(), value));
        }
      }
    }

    @Override
    public Converter getConverter(int column) {
      return columns[column];
    }

    @Override
    public void start() {
      record = new GenericData.Record(schema);
    }

    @Override
    public void end() {
      floats.forEach((column, lists) -> record.put(column, FloatList.of(lists.next())));
      for (int i = 0; i < required.length; i++) {
        if (required[i] && record.get(i) == null) {
          throw new ValueException(
              "has no value in column '" + path + schema.getFields().get(i).name() + "'", record);
        }
      }
      parent.accept(record);
    }
  }

  private static final class ListConverter extends GroupConverter {
    private final String path;
    private final Consumer<Object> parent;
    private final boolean floats;
    private final Converter repeated;
    private List<Object> list = new ArrayList<>();
    private FloatList floatList = FloatList.empty(0);
    private int length;

    ListConverter(String path, Schema element, GroupType list, Consumer<Object> parent) {
      this.path = path;
      this.parent = parent;
      this.floats = element.getType() == Schema.Type.FLOAT;
      Type type = ColumnMatch.element(list);
      Converter converter =
          floats
              ? new Float32(value -> floatList.append(value))
              : converter(path + "[]", element, type, value -> this.list.add(value));
      this.repeated =
          type.isRepetition(Type.Repetition.REPEATED) ? converter : new Entry(converter);
    }

    @Override
    public Converter getConverter(int field) {
      return repeated;
    }

    @Override
    public void start() {
      if (floats) {
        floatList = FloatList.empty(length);
      } else {
        list = new ArrayList<>();
      }
    }

    private int size() {
      return floats ? floatList.size() : list.size();
    }

    @Override
    public void end() {
      length = size(); // the next list is likely as long
      parent.accept(floats ? floatList : list);
    }

    /** The group around an element; without the element, the entry is null. */
    private final class Entry extends GroupConverter {
      private final Converter element;
      private int before;

      Entry(Converter element) {
        this.element = element;
      }

      @Override
      public Converter getConverter(int field) {
        return element;
      }

      @Override
      public void start() {
        before = size();
      }

      @Override
      public void end() {
        if (size() == before) {
          throw new ValueException("has an empty entry in the list '" + path + "'", null);
        }
      }
    }
  }

  private static final class Text extends PrimitiveConverter {
    private final Consumer<Object> parent;
    private String[] dictionary = new String[0];

    Text(Consumer<Object> parent) {
      this.parent = parent;
    }

    @Override
    public void addBinary(Binary value) {
      parent.accept(value.toStringUsingUTF8());
    }

    @Override
    public boolean hasDictionarySupport() {
      return true;
    }

    @Override
    public void setDictionary(Dictionary values) {
      dictionary = new String[values.getMaxId() + 1];
      for (int i = 0; i < dictionary.length; i++) {
        dictionary[i] = values.decodeToBinary(i).toStringUsingUTF8();
      }
    }

    @Override
    public void addValueFromDictionary(int id) {
      parent.accept(dictionary[id]);
    }
  }

  private static final class Bytes extends PrimitiveConverter {
    private final Consumer<Object> parent;

    Bytes(Consumer<Object> parent) {
      this.parent = parent;
    }

    @Override
    public void addBinary(Binary value) {
      parent.accept(ByteBuffer.wrap(value.getBytes()));
    }
  }

  private static final class Int extends PrimitiveConverter {
    private final String path;
    private final Consumer<Object> parent;

    Int(String path, Consumer<Object> parent) {
      this.path = path;
      this.parent = parent;
    }

    @Override
    public void addInt(int value) {
      parent.accept(value);
    }

    @Override
    public void addLong(long value) {
      if (value != (int) value) {
        throw new ValueException("has " + value + " in column '" + path + "', too large", null);
      }
      parent.accept((int) value);
    }
  }

  private static final class Long64 extends PrimitiveConverter {
    private final Consumer<Object> parent;

    Long64(Consumer<Object> parent) {
      this.parent = parent;
    }

    @Override
    public void addInt(int value) {
      parent.accept((long) value);
    }

    @Override
    public void addLong(long value) {
      parent.accept(value);
    }
  }

  /** Returns a number that is stored as two bytes, little-endian. */
  private static float float16(Binary value) {
    return Float16.value(value.get2BytesLittleEndian());
  }

  private interface FloatConsumer {
    void accept(float value);
  }

  private static final class Float32 extends PrimitiveConverter {
    private final FloatConsumer parent;

    Float32(FloatConsumer parent) {
      this.parent = parent;
    }

    @Override
    public void addBinary(Binary value) {
      parent.accept(float16(value));
    }

    @Override
    public void addFloat(float value) {
      parent.accept(value);
    }

    @Override
    public void addDouble(double value) {
      parent.accept((float) value);
    }
  }

  private static final class Float64 extends PrimitiveConverter {
    private final Consumer<Object> parent;

    Float64(Consumer<Object> parent) {
      this.parent = parent;
    }

    @Override
    public void addBinary(Binary value) {
      parent.accept((double) float16(value));
    }

    @Override
    public void addFloat(float value) {
      parent.accept((double) value);
    }

    @Override
    public void addDouble(double value) {
      parent.accept(value);
    }
  }
}
