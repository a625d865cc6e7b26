package org.vocabeam.models.views;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.graph.TensorFlowNative;

/** Image of 8-bit pixels {@code [height, width, channels]}. */
record Picture(int height, int width, int channels, byte[] bytes) {

  /** Value of a pixel as a function of its place. */
  interface Pixel {
    int at(int y, int x, int channel);
  }

  static Picture of(int height, int width, int channels, Pixel pixel) {
    byte[] bytes = new byte[height * width * channels];
    for (int i = 0; i < bytes.length; i++) {
      int value = pixel.at(i / channels / width, i / channels % width, i % channels);
      if (value < 0 || value > 255) {
        throw new IllegalArgumentException("pixel " + value);
      }
      bytes[i] = (byte) value;
    }
    return new Picture(height, width, channels, bytes);
  }

  static Picture random(int height, int width, int channels, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return of(height, width, channels, (y, x, c) -> random.nextInt(256));
  }

  int at(int y, int x, int channel) {
    return bytes[(y * width + x) * channels + channel] & 0xff;
  }

  DrawnViews draw(ViewSpec spec, long seed) {
    return ViewSampler.sample(spec, height, width, seed);
  }

  /** Returns the views of one picture, as they were drawn. */
  List<Picture> views(ViewSpec spec, DrawnViews drawn) {
    return views(spec, List.of(this), List.of(drawn));
  }

  Picture view(ViewSpec spec, long seed) {
    return views(spec, draw(spec, seed)).get(0);
  }

  Raster raster() {
    return new Raster(bytes, height, width, channels);
  }

  /** Returns the views of a batch of pictures, image by image. */
  static List<Picture> views(ViewSpec spec, List<Picture> batch, List<DrawnViews> drawn) {
    TensorFlowNative.load();
    int channels = batch.get(0).channels;
    int rows = batch.size() * spec.count();
    int side = spec.cutSize();
    Shape cutShape = Shape.of((long) batch.size() * spec.cuts(), side, side, channels);
    Shape rowShape = Shape.of(rows, spec.width());
    ByteBuffer pixels = ByteBuffer.allocate((int) cutShape.size());
    FloatBuffer parameters = FloatBuffer.allocate((int) rowShape.size());
    Resampler resampler = new Resampler();
    int at = 0;
    for (int i = 0; i < batch.size(); i++) {
      for (Cut cut : drawn.get(i).cuts()) {
        resampler.render(cut, batch.get(i).raster(), pixels, at);
        at += cut.bytes(channels);
      }
      parameters.put(drawn.get(i).parameters());
    }
    try (Graph graph = new Graph();
        Session session = new Session(graph);
        TUint8 cutTensor = TUint8.tensorOf(cutShape, DataBuffers.of(pixels.array()));
        TFloat32 rowTensor = TFloat32.tensorOf(rowShape, DataBuffers.of(parameters.array()))) {
      Ops tf = Ops.create(graph);
      Operand<TUint8> cuts = tf.placeholder(TUint8.class, Placeholder.shape(cutShape));
      Operand<TFloat32> table = tf.placeholder(TFloat32.class, Placeholder.shape(rowShape));
      Operand<TUint8> views = ViewRenderer.render(tf, spec, cuts, spec.width() == 0 ? null : table);
      try (Result result =
          session.runner().feed(cuts, cutTensor).feed(table, rowTensor).fetch(views).run()) {
        TUint8 output = (TUint8) result.get(0);
        if (!output.shape().equals(Shape.of(rows, spec.size(), spec.size(), channels))) {
          throw new AssertionError("views are " + output.shape());
        }
        byte[] bytes = new byte[(int) output.size()];
        output.copyTo(DataBuffers.of(bytes));
        return split(bytes, rows, spec.size(), channels);
      }
    }
  }

  private static List<Picture> split(byte[] bytes, int rows, int size, int channels) {
    int length = bytes.length / rows;
    List<Picture> pictures = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      byte[] own = Arrays.copyOfRange(bytes, row * length, (row + 1) * length);
      pictures.add(new Picture(size, size, channels, own));
    }
    return pictures;
  }

  /** Returns the types of the operations that a view puts into a graph. */
  static Set<String> operations(ViewSpec spec, int channels) {
    TensorFlowNative.load();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      ViewRenderer.render(
          tf,
          spec,
          tf.placeholder(
              TUint8.class,
              Placeholder.shape(
                  Shape.of(2L * spec.cuts(), spec.cutSize(), spec.cutSize(), channels))),
          spec.width() == 0
              ? null
              : tf.placeholder(
                  TFloat32.class, Placeholder.shape(Shape.of(2L * spec.count(), spec.width()))));
      Set<String> types = new TreeSet<>();
      graph.operations().forEachRemaining(operation -> types.add(operation.type()));
      return types;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Picture that
        && height == that.height
        && width == that.width
        && channels == that.channels
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          text.append(at(y, x, c)).append(c + 1 < channels ? '/' : ' ');
        }
      }
      text.append('\n');
    }
    return text.toString();
  }
}
