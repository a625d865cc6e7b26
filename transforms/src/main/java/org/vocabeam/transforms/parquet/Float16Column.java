package org.vocabeam.transforms.parquet;

import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.vocabeam.models.Float16;

/**
 * Column of lists of float that a file holds as Parquet's Float16, two bytes a number. Avro has no
 * such type: what it writes goes through this consumer, which passes all other columns on.
 */
public final class Float16Column extends RecordConsumer {
  private final RecordConsumer file;
  private final String column;
  private final byte[] bytes = new byte[Short.BYTES];
  private final Binary number = Binary.fromReusedByteArray(bytes);
  private int depth;
  private boolean isInside;

  /**
   * @param file to which rows are written, with the {@linkplain #schema schema}
   * @param column name
   */
  public Float16Column(RecordConsumer file, String column) {
    this.file = file;
    this.column = column;
  }

  /** Returns the schema of a file, given that of Avro. */
  public static MessageType schema(MessageType avro, String column) {
    GroupType list = avro.getType(column).asGroupType();
    Type element =
        Types.primitive(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, Type.Repetition.REPEATED)
            .length(Short.BYTES)
            .as(LogicalTypeAnnotation.float16Type())
            .named(list.getType(0).getName());
    return new MessageType(
        avro.getName(),
        avro.getFields().stream()
            .map(type -> type.getName().equals(column) ? list.withNewFields(element) : type)
            .toList());
  }

  @Override
  public void addFloat(float value) {
    if (!isInside) {
      file.addFloat(value);
      return;
    }
    short bits = Float16.bits(value);
    bytes[0] = (byte) bits;
    bytes[1] = (byte) (bits >> Byte.SIZE);
    file.addBinary(number);
  }

  @Override
  public void startField(String field, int index) {
    if (depth == 0) {
      isInside = field.equals(column);
    }
    depth++;
    file.startField(field, index);
  }

  @Override
  public void endField(String field, int index) {
    depth--;
    file.endField(field, index);
  }

  @Override
  public void startMessage() {
    file.startMessage();
  }

  @Override
  public void endMessage() {
    file.endMessage();
  }

  @Override
  public void startGroup() {
    file.startGroup();
  }

  @Override
  public void endGroup() {
    file.endGroup();
  }

  @Override
  public void addInteger(int value) {
    file.addInteger(value);
  }

  @Override
  public void addLong(long value) {
    file.addLong(value);
  }

  @Override
  public void addBoolean(boolean value) {
    file.addBoolean(value);
  }

  @Override
  public void addBinary(Binary value) {
    file.addBinary(value);
  }

  @Override
  public void addDouble(double value) {
    file.addDouble(value);
  }

  @Override
  public void flush() {
    file.flush();
  }
}
