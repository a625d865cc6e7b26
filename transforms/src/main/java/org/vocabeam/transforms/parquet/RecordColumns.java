package org.vocabeam.transforms.parquet;

import com.google.common.base.Throwables;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The columns of a Java record, derived from its components once for every class. Values go through
 * method handles: nothing is looked up by name or by reflection for a row.
 */
final class RecordColumns<T> {
  private static final String NAMESPACE = "org.vocabeam";

  private static final ClassValue<RecordColumns<?>> DERIVED =
      new ClassValue<>() {
        @Override
        protected RecordColumns<?> computeValue(Class<?> type) {
          return new RecordColumns<>(type);
        }
      };

  /** Form of a component's values in Avro; null stays null. */
  private record Form(Schema schema, UnaryOperator<Object> toAvro, UnaryOperator<Object> fromAvro) {
    static Form same(Schema.Type type) {
      return new Form(Schema.create(type), UnaryOperator.identity(), UnaryOperator.identity());
    }
  }

  private final Schema schema;
  private final Form[] forms;
  private final MethodHandle[] accessors;
  private final MethodHandle constructor;

  private RecordColumns(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    this.forms = new Form[components.length];
    this.accessors = new MethodHandle[components.length];
    List<Schema.Field> fields = new ArrayList<>();
    try {
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      for (int i = 0; i < components.length; i++) {
        RecordComponent component = components[i];
        forms[i] = form(component);
        accessors[i] =
            lookup
                .unreflect(component.getAccessor())
                .asType(MethodType.methodType(Object.class, Object.class));
        fields.add(field(component, forms[i].schema()));
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      this.constructor =
          lookup
              .findConstructor(type, MethodType.methodType(void.class, types))
              .asSpreader(Object[].class, types.length)
              .asType(MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("cannot derive the columns of " + type, e);
    }
    this.schema = Schema.createRecord(type.getSimpleName(), null, NAMESPACE, false, fields);
  }

  /** Returns the columns of a record class. */
  @SuppressWarnings("unchecked") // a class is mapped to its own columns
  static <T> RecordColumns<T> of(Class<T> type) {
    return (RecordColumns<T>) DERIVED.get(type);
  }

  private static Schema.Field field(RecordComponent component, Schema schema) {
    if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
      return new Schema.Field(component.getName(), schema);
    }
    return new Schema.Field(
        component.getName(),
        Schema.createUnion(Schema.create(Schema.Type.NULL), schema),
        null,
        Schema.Field.NULL_DEFAULT_VALUE);
  }

  private static Form form(RecordComponent component) {
    try {
      return form(component.getGenericType());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(
              "component %s of %s: %s",
              component.getName(), component.getDeclaringRecord().getSimpleName(), e.getMessage()),
          e);
    }
  }

  private static Form form(Type type) {
    if (type == String.class) {
      return new Form(
          Schema.create(Schema.Type.STRING), UnaryOperator.identity(), Object::toString);
    }
    if (type == int.class || type == Integer.class) {
      return Form.same(Schema.Type.INT);
    }
    if (type == long.class || type == Long.class) {
      return Form.same(Schema.Type.LONG);
    }
    if (type == float.class || type == Float.class) {
      return Form.same(Schema.Type.FLOAT);
    }
    if (type == double.class || type == Double.class) {
      return Form.same(Schema.Type.DOUBLE);
    }
    if (type == byte[].class) {
      return new Form(
          Schema.create(Schema.Type.BYTES),
          value -> ByteBuffer.wrap((byte[]) value),
          value -> bytes((ByteBuffer) value));
    }
    if (type == float[].class) {
      return new Form(
          Schema.createArray(Schema.create(Schema.Type.FLOAT)),
          value -> FloatList.of((float[]) value),
          value -> FloatList.toArray((List<?>) value));
    }
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      return list(form(list.getActualTypeArguments()[0]));
    }
    if (type instanceof Class<?> named && named.isEnum()) {
      return text(named);
    }
    if (type instanceof Class<?> nested && nested.isRecord()) {
      return nested(of(nested));
    }
    throw new IllegalArgumentException(
        "no column holds a " + type.getTypeName() + "; see RecordType for what one holds");
  }

  private static Form list(Form element) {
    Schema schema = Schema.createArray(element.schema());
    if (element.schema().getType() == Schema.Type.RECORD) {
      return new Form(
          schema,
          value -> ((List<?>) value).stream().map(element.toAvro()).toList(),
          value -> ((List<?>) value).stream().map(element.fromAvro()).toList());
    }
    // Strings come as Utf8 from Avro; numbers are what they are.
    return element.schema().getType() == Schema.Type.STRING
        ? new Form(
            schema,
            UnaryOperator.identity(),
            value -> ((List<?>) value).stream().map(Object::toString).toList())
        : new Form(schema, UnaryOperator.identity(), value -> List.copyOf((List<?>) value));
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // a Class that isEnum is one of an enum
  private static Form text(Class<?> type) {
    return new Form(
        Schema.create(Schema.Type.STRING),
        value -> ((Enum<?>) value).name(),
        value -> Enum.valueOf((Class) type, value.toString()));
  }

  private static <R> Form nested(RecordColumns<R> columns) {
    return new Form(
        columns.schema,
        value -> columns.toAvro(value),
        value -> columns.fromAvro((GenericRecord) value));
  }

  /** Returns the bytes of a buffer: its own array when that holds nothing else. */
  private static byte[] bytes(ByteBuffer buffer) {
    if (buffer.hasArray()
        && buffer.arrayOffset() == 0
        && buffer.array().length == buffer.remaining()) {
      return buffer.array();
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  Schema schema() {
    return schema;
  }

  GenericRecord toAvro(Object row) {
    GenericData.Record record = new GenericData.Record(schema);
    for (int i = 0; i < forms.length; i++) {
      Object value = value(row, i);
      record.put(i, value == null ? null : forms[i].toAvro().apply(value));
    }
    return record;
  }

  @SuppressWarnings("unchecked") // the constructor is T's
  T fromAvro(GenericRecord record) {
    Object[] values = new Object[forms.length];
    for (int i = 0; i < values.length; i++) {
      Object value = record.get(i);
      values[i] = value == null ? null : forms[i].fromAvro().apply(value);
    }
    try {
      return (T) (Object) constructor.invokeExact(values);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  private @Nullable Object value(Object row, int component) {
    try {
      return (Object) accessors[component].invokeExact(row);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  private static RuntimeException unchecked(Throwable thrown) {
    Throwables.throwIfUnchecked(thrown);
    return new IllegalStateException(thrown);
  }

  /** Compares two rows of this class component by component, arrays by their elements. */
  boolean areEqual(Object a, Object b) {
    for (int i = 0; i < accessors.length; i++) {
      if (!Objects.deepEquals(value(a, i), value(b, i))) {
        return false;
      }
    }
    return true;
  }

  /** Hashes a row as {@link #areEqual} compares it. */
  int hash(Object row) {
    Object[] values = new Object[accessors.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(row, i);
    }
    return Arrays.deepHashCode(values);
  }
}
