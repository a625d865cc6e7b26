package org.vocabeam.transforms.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * A part of one variable: a row of a checkpoint store. Large variables are cut, so that replicas
 * are combined in parallel and no row is large.
 *
 * @param variable its name
 * @param chunk number of the part, from 0
 * @param role what the variable is for; decides how replicas are combined
 * @param shape of the whole variable
 * @param bytes little-endian float32, row-major; not copied: neither side may change them
 */
public record VariableChunk(String variable, int chunk, Role role, List<Long> shape, byte[] bytes) {
  private static final int FLOATS = 1 << 18;
  private static final String DTYPE = "float32";

  public static final Schema SCHEMA =
      SchemaBuilder.record("VariableChunk")
          .namespace("org.vocabeam")
          .fields()
          .requiredString("variable")
          .requiredInt("chunk")
          .requiredString("role")
          .name("shape")
          .type()
          .array()
          .items()
          .longType()
          .noDefault()
          .requiredString("dtype")
          .requiredBytes("bytes")
          .endRecord();

  public static final RecordType<VariableChunk> TYPE =
      new RecordType<>(
          "checkpoint",
          VariableChunk.class,
          SCHEMA,
          VariableChunk::toAvro,
          VariableChunk::fromAvro,
          VariableChunk::id);

  /** Unique in a checkpoint. */
  public String id() {
    return variable + "#" + chunk;
  }

  /**
   * A variable's values as chunks of at most 1 MB. Those of a queue hold whole slots, at least one.
   */
  public static List<VariableChunk> of(VariableSpec spec, float[] values) {
    List<Long> shape = Arrays.stream(spec.shape()).boxed().toList();
    int slot = slotSize(shape);
    int size = spec.role() == Role.QUEUE ? slotsOfChunk(slot) * slot : FLOATS;
    List<VariableChunk> chunks = new ArrayList<>();
    for (int from = 0, chunk = 0; from < values.length; from += size, chunk++) {
      float[] part = Arrays.copyOfRange(values, from, Math.min(values.length, from + size));
      chunks.add(new VariableChunk(spec.name(), chunk, spec.role(), shape, encode(part)));
    }
    return chunks;
  }

  /** Values of one slot of a queue of this shape. */
  private static int slotSize(List<Long> shape) {
    return Math.toIntExact(shape.stream().skip(1).reduce(1L, (a, b) -> a * b));
  }

  private static int slotsOfChunk(int slotSize) {
    return Math.max(1, FLOATS / slotSize);
  }

  /** Values of one slot, where the variable is a queue. */
  public int slotSize() {
    return slotSize(shape);
  }

  /** The slot that this part of a queue starts with. */
  public int firstSlot() {
    return chunk * slotsOfChunk(slotSize());
  }

  /** The values of this part. */
  public float[] values() {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** The same part of the same variable with other values. */
  public VariableChunk withValues(float[] values) {
    return new VariableChunk(variable, chunk, role, shape, encode(values));
  }

  private static byte[] encode(float[] values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }

  public GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put("variable", variable);
    row.put("chunk", chunk);
    row.put("role", role.name());
    row.put("shape", shape);
    row.put("dtype", DTYPE);
    row.put("bytes", ByteBuffer.wrap(bytes));
    return row;
  }

  public static VariableChunk fromAvro(GenericRecord row) {
    List<Long> shape = new ArrayList<>();
    for (Object size : (List<?>) row.get("shape")) {
      shape.add((Long) size);
    }
    return new VariableChunk(
        RecordType.string(row, "variable"),
        RecordType.integer(row, "chunk"),
        Role.valueOf(RecordType.string(row, "role")),
        List.copyOf(shape),
        RecordType.bytes(row, "bytes"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VariableChunk that
        && variable.equals(that.variable)
        && chunk == that.chunk
        && role == that.role
        && shape.equals(that.shape)
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return id().hashCode();
  }
}
