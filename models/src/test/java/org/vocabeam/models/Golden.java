package org.vocabeam.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Spliterators;
import java.util.stream.StreamSupport;

/**
 * Reference numbers computed by the code of the methods' authors. They are read from {@code
 * NAME.json} in the folder of {@code -Dgolden.dir}, by default from the test resources.
 */
public final class Golden {
  /** Tolerance of single functions in float32. */
  public static final Tolerance FLOAT32 = new Tolerance(2e-5, 2e-6);

  /** Tolerance of gradients in float32. */
  public static final Tolerance GRADIENT = new Tolerance(1e-4, 2e-6);

  /** Bound {@code |actual - expected| <= relative * |expected| + absolute}. */
  public record Tolerance(double relative, double absolute) {}

  /** Row-major tensor of the file. */
  public record Tensor(long[] shape, double[] values) {
    public float[] floats() {
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      return floats;
    }

    public int[] ints() {
      return Arrays.stream(values).mapToInt(v -> (int) v).toArray();
    }

    public int dim(int axis) {
      return (int) shape[axis];
    }

    /** Returns the tensor with its axes reordered, as {@code numpy.transpose(x, axes)}. */
    public Tensor transpose(int... axes) {
      long[] to = new long[shape.length];
      for (int i = 0; i < axes.length; i++) {
        to[i] = shape[axes[i]];
      }
      long[] strides = new long[shape.length];
      long stride = 1;
      for (int i = shape.length - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= shape[i];
      }
      double[] moved = new double[values.length];
      long[] index = new long[shape.length];
      for (int flat = 0; flat < moved.length; flat++) {
        int from = 0;
        for (int i = 0; i < axes.length; i++) {
          from += (int) (index[i] * strides[axes[i]]);
        }
        moved[flat] = values[from];
        for (int i = axes.length - 1; i >= 0 && ++index[i] == to[i]; i--) {
          index[i] = 0;
        }
      }
      return new Tensor(to, moved);
    }

    /** Returns convolution kernels OIHW as HWIO, and linear weights [out, in] as [in, out]. */
    public Tensor kernel() {
      return shape.length == 4 ? transpose(2, 3, 1, 0) : shape.length == 2 ? transpose(1, 0) : this;
    }

    public Tensor channelsLast() {
      return transpose(0, 2, 3, 1);
    }
  }

  private Golden() {}

  public static JsonNode load(String name) {
    String dir = System.getProperty("golden.dir", "");
    try (InputStream in =
        dir.isEmpty()
            ? Golden.class.getResourceAsStream("/golden/" + name + ".json")
            : Files.newInputStream(Path.of(dir, name + ".json"))) {
      if (in == null) {
        throw new IOException("no golden file " + name);
      }
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Tensor tensor(JsonNode node) {
    return new Tensor(
        stream(node.get("shape")).mapToLong(JsonNode::asLong).toArray(), doubles(node.get("data")));
  }

  public static double[] doubles(JsonNode list) {
    return stream(list).mapToDouble(JsonNode::asDouble).toArray();
  }

  public static List<String> names(JsonNode object) {
    Iterator<String> names = object.fieldNames();
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(names, 0), false).toList();
  }

  public static java.util.stream.Stream<JsonNode> stream(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  public static void assertClose(String what, double expected, double actual, Tolerance tolerance) {
    assertClose(what, new double[] {expected}, new float[] {(float) actual}, tolerance);
  }

  public static void assertClose(
      String what, double[] expected, float[] actual, Tolerance tolerance) {
    assertEquals(expected.length, actual.length, what + ": number of values");
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(expected[i] - actual[i]);
      // The negation also fails on NaN.
      if (!(difference <= tolerance.absolute + tolerance.relative * Math.abs(expected[i]))) {
        fail(
            String.format(
                Locale.ROOT,
                "%s[%d]: expected %.9g, was %.9g, difference %.3g",
                what,
                i,
                expected[i],
                actual[i],
                difference));
      }
    }
  }
}
