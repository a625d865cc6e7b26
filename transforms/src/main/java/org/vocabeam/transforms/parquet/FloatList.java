package org.vocabeam.transforms.parquet;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/**
 * An array of floats where Avro wants a list. Stores read and write lists of float as such: an
 * object for every float took most of the time of an evaluation.
 */
public final class FloatList extends AbstractList<Float> implements RandomAccess {
  private float[] values;
  private int size;

  private FloatList(float[] values, int size) {
    this.values = values;
    this.size = size;
  }

  /**
   * @param values not copied
   */
  public static FloatList of(float[] values) {
    return new FloatList(values, values.length);
  }

  /** Returns an empty list with room for some floats. */
  static FloatList empty(int capacity) {
    return new FloatList(new float[capacity], 0);
  }

  /** Returns the floats of a list field: the reader's own array when it has one. */
  public static float[] toArray(List<?> list) {
    if (list instanceof FloatList floats) {
      return floats.size == floats.values.length
          ? floats.values
          : Arrays.copyOf(floats.values, floats.size);
    }
    float[] values = new float[list.size()];
    int at = 0;
    for (Object value : list) {
      values[at++] = (Float) value;
    }
    return values;
  }

  void append(float value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.max(16, 2 * size));
    }
    values[size++] = value;
  }

  @Override
  public Float get(int index) {
    return values[index];
  }

  @Override
  public int size() {
    return size;
  }
}
