package org.vocabeam.transforms.parquet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UnknownLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * Match of a record's fields with the columns of a Parquet file, whichever engine wrote it: by
 * name, and by a type whose every value can be read as the field. An int may be stored as int64
 * (pandas), a float as double or of 16 bits, and a list in any of the forms that engines have had
 * for it.
 */
public final class ColumnMatch {
  /** A field that the file lacks or has with another type. */
  public static final class MismatchException extends Exception {
    private static final long serialVersionUID = 1L;

    MismatchException(String message) {
      super(message);
    }
  }

  private ColumnMatch() {}

  /**
   * Returns the file's own types of the record's columns, without nullable ones that the file
   * lacks.
   *
   * @throws MismatchException naming the column, what is there and what is needed
   */
  public static MessageType project(Schema record, MessageType file) throws MismatchException {
    return new MessageType(file.getName(), fields("", record, file));
  }

  private static List<Type> fields(String path, Schema record, GroupType group)
      throws MismatchException {
    List<Type> fields = new ArrayList<>();
    for (Schema.Field field : record.getFields()) {
      if (!group.containsField(field.name())) {
        if (field.schema().isNullable()) {
          continue; // the column came later than the file: null in all rows
        }
        throw new MismatchException(
            String.format(
                "has no column '%s', which must be %s (it has %s)",
                path + field.name(),
                describe(field.schema()),
                group.getFields().stream().map(Type::getName).collect(Collectors.joining(", "))));
      }
      fields.add(match(path + field.name(), field.schema(), group.getType(field.name())));
    }
    return fields;
  }

  private static Type match(String path, Schema field, Type type) throws MismatchException {
    Schema schema = present(field);
    if (type.isRepetition(Type.Repetition.REPEATED)) {
      throw mismatch(path, field, type);
    }
    if (schema.getType() == Schema.Type.ARRAY && isList(type)) {
      GroupType list = type.asGroupType();
      Type repeated = list.getType(0);
      Type element = element(list);
      if (element.isRepetition(Type.Repetition.REPEATED)) {
        return list.withNewFields(matchRepeated(path, schema.getElementType(), repeated));
      }
      Type matched = match(path + "[]", schema.getElementType(), element);
      return list.withNewFields(repeated.asGroupType().withNewFields(matched));
    }
    if (schema.getType() == Schema.Type.RECORD && !type.isPrimitive() && !isList(type)) {
      return type.asGroupType().withNewFields(fields(path + ".", schema, type.asGroupType()));
    }
    if (type.isPrimitive() && holds(schema.getType(), field.isNullable(), type)) {
      return type;
    }
    throw mismatch(path, field, type);
  }

  /** Matches a list of two levels, as Avro writes it: the repeated field is the element itself. */
  private static Type matchRepeated(String path, Schema element, Type repeated)
      throws MismatchException {
    if (repeated.isPrimitive()) {
      if (holds(element.getType(), false, repeated)) {
        return repeated;
      }
    } else if (element.getType() == Schema.Type.RECORD) {
      GroupType group = repeated.asGroupType();
      return group.withNewFields(fields(path + "[].", element, group));
    }
    throw mismatch(path + "[]", element, repeated);
  }

  private static MismatchException mismatch(String path, Schema field, Type type) {
    return new MismatchException(
        String.format(
            "has column '%s' as %s, which must be %s", path, describe(type), describe(field)));
  }

  private static boolean holds(Schema.Type field, boolean nullable, Type type) {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    if (logical instanceof UnknownLogicalTypeAnnotation) {
      return nullable; // a column of nothing but null, in pyarrow
    }
    PrimitiveTypeName physical = type.asPrimitiveType().getPrimitiveTypeName();
    boolean integer =
        (physical == PrimitiveTypeName.INT32 || physical == PrimitiveTypeName.INT64)
            && (logical == null || logical instanceof IntLogicalTypeAnnotation);
    boolean binary = physical == PrimitiveTypeName.BINARY;
    return switch (field) {
      case STRING -> binary && isText(logical);
      case BYTES ->
          logical == null && (binary || physical == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY);
      case INT, LONG -> integer;
      case FLOAT, DOUBLE ->
          logical instanceof Float16LogicalTypeAnnotation
              || (logical == null
                  && (physical == PrimitiveTypeName.FLOAT || physical == PrimitiveTypeName.DOUBLE));
      default -> false;
    };
  }

  static boolean isText(LogicalTypeAnnotation logical) {
    return logical instanceof StringLogicalTypeAnnotation
        || logical instanceof EnumLogicalTypeAnnotation
        || logical instanceof JsonLogicalTypeAnnotation;
  }

  static boolean isList(Type type) {
    return !type.isPrimitive()
        && type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation
        && type.asGroupType().getFieldCount() == 1
        && type.asGroupType().getType(0).isRepetition(Type.Repetition.REPEATED);
  }

  /**
   * The element of a list: the only field of the repeated group ({@code list.element}, {@code
   * list.item}, {@code bag.array_element}), or the repeated field itself where that is no group,
   * has several fields or is named as writers of two levels do.
   */
  static Type element(GroupType list) {
    Type repeated = list.getType(0);
    if (repeated.isPrimitive()
        || repeated.asGroupType().getFieldCount() != 1
        || repeated.getName().equals("array")
        || repeated.getName().equals(list.getName() + "_tuple")) {
      return repeated;
    }
    return repeated.asGroupType().getType(0);
  }

  /** Returns the schema without null. */
  static Schema present(Schema field) {
    if (!field.isUnion()) {
      return field;
    }
    return field.getTypes().stream()
        .filter(type -> type.getType() != Schema.Type.NULL)
        .findFirst()
        .orElseThrow();
  }

  private static String describe(Schema field) {
    Schema schema = present(field);
    String name =
        switch (schema.getType()) {
          case ARRAY -> "list of " + describe(schema.getElementType());
          case RECORD ->
              schema.getFields().stream()
                  .map(f -> f.name() + " " + describe(f.schema()))
                  .collect(Collectors.joining(", ", "record {", "}"));
          default -> schema.getType().getName();
        };
    return field.isNullable() ? name + " or null" : name;
  }

  /** Returns a column's type in words. */
  static String describe(Type type) {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    if (isList(type)) {
      return "list of " + describe(element(type.asGroupType()));
    }
    if (!type.isPrimitive()) {
      return type.asGroupType().getFields().stream()
          .map(field -> field.getName() + " " + describe(field))
          .collect(Collectors.joining(", ", "record {", "}"));
    }
    if (logical instanceof UnknownLogicalTypeAnnotation) {
      return "null";
    }
    if (isText(logical)) {
      return "string";
    }
    if (logical instanceof IntLogicalTypeAnnotation integer) {
      String name = (integer.isSigned() ? "int" : "uint") + integer.getBitWidth();
      return name.equals("int32") ? "int" : name.equals("int64") ? "long" : name;
    }
    if (logical != null) {
      return logical.toString().toLowerCase(Locale.ROOT);
    }
    return switch (type.asPrimitiveType().getPrimitiveTypeName()) {
      case BINARY, FIXED_LEN_BYTE_ARRAY -> "bytes";
      case INT32 -> "int";
      case INT64 -> "long";
      case FLOAT -> "float";
      case DOUBLE -> "double";
      case BOOLEAN -> "boolean";
      default -> type.asPrimitiveType().getPrimitiveTypeName().name().toLowerCase(Locale.ROOT);
    };
  }
}
