package org.vocabeam.transforms.checkpoint;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
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
 * @param dtype of the values, for readers elsewhere: {@code float32}
 * @param bytes little-endian, row-major; not copied: neither side may change them
 */
public record VariableChunk(
    String variable, int chunk, Role role, List<Long> shape, String dtype, byte[] bytes) {
  private static final int FLOATS = 1 << 18;
  private static final String DTYPE = "float32";

  public static final RecordType<VariableChunk> TYPE =
      RecordType.of(VariableChunk.class, "checkpoint", VariableChunk::id);

  public VariableChunk {
    checkArgument(
        dtype.equals(DTYPE), "variable %s has values of %s, must be %s", variable, dtype, DTYPE);
  }

  /** Makes a part with values of the one type that there is. */
  public VariableChunk(String variable, int chunk, Role role, List<Long> shape, byte[] bytes) {
    this(variable, chunk, role, shape, DTYPE, bytes);
  }

  /** Returns the name of the part, unique in a checkpoint. */
  public String id() {
    return variable + "#" + chunk;
  }

  /**
   * Cuts a variable's values into chunks of at most 1 MB. Those of a queue hold whole slots, at
   * least one.
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

  /**
   * Joins the parts of variables.
   *
   * @param chunks all parts of some variables, in any order
   * @return name to values, row-major
   * @throws UserError when a part is missing
   */
  public static Map<String, float[]> join(Iterable<VariableChunk> chunks) {
    Map<String, List<VariableChunk>> variables = new TreeMap<>();
    for (VariableChunk chunk : chunks) {
      variables.computeIfAbsent(chunk.variable(), variable -> new ArrayList<>()).add(chunk);
    }
    Map<String, float[]> values = new LinkedHashMap<>();
    variables.forEach((variable, parts) -> values.put(variable, joinParts(parts)));
    return values;
  }

  private static float[] joinParts(List<VariableChunk> parts) {
    parts.sort(Comparator.comparingInt(VariableChunk::chunk));
    long size = parts.get(0).shape().stream().reduce(1L, (a, b) -> a * b);
    long given = parts.stream().mapToLong(part -> part.bytes().length / Float.BYTES).sum();
    if (given != size) {
      throw new UserError(
          String.format(
              "variable %s of the checkpoint has %d of %d values; it is damaged: remove it, and"
                  + " pretrain goes on from the one before",
              parts.get(0).variable(), given, size));
    }
    float[] values = new float[Math.toIntExact(size)];
    int position = 0;
    for (VariableChunk part : parts) {
      float[] chunk = part.values();
      System.arraycopy(chunk, 0, values, position, chunk.length);
      position += chunk.length;
    }
    return values;
  }

  /** Returns the number of values of one slot of a queue of this shape. */
  private static int slotSize(List<Long> shape) {
    return Math.toIntExact(shape.stream().skip(1).reduce(1L, (a, b) -> a * b));
  }

  private static int slotsOfChunk(int slotSize) {
    return Math.max(1, FLOATS / slotSize);
  }

  /** Returns the number of values of one slot, where the variable is a queue. */
  public int slotSize() {
    return slotSize(shape);
  }

  /** Returns the slot that this part of a queue starts with. */
  public int firstSlot() {
    return chunk * slotsOfChunk(slotSize());
  }

  /** Returns the values of this part. */
  public float[] values() {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** Returns the same part of the same variable with other values. */
  public VariableChunk withValues(float[] values) {
    return new VariableChunk(variable, chunk, role, shape, encode(values));
  }

  private static byte[] encode(float[] values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return RecordType.areEqual(this, other);
  }

  @Override
  public int hashCode() {
    return RecordType.hash(this);
  }
}
