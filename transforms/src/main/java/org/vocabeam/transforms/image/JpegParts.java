package org.vocabeam.transforms.image;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.DecodeAndCropJpeg;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.views.Raster;

/**
 * TensorFlow's decoder of JPEG files, which is libjpeg-turbo too: it decodes only the rows that are
 * needed, scaled by 1, 1/2, 1/4 or 1/8, but says nothing of damage. Every operation runs in the
 * thread that calls, so threads do not wait for each other.
 */
final class JpegParts {
  /** Columns that are decoded on both sides of a part: there chroma has no neighbours to smooth. */
  private static final int MARGIN = 16;

  /** Bytes of an image that TensorFlow refuses. */
  private static final long LARGEST = 1L << 29;

  private static final Supplier<JpegParts> OF_THIS_PROCESS = Suppliers.memoize(JpegParts::new);

  private final Session session;
  private final Operand<TString> file;
  private final Operand<TInt32> window;
  private final Map<Integer, Operand<TUint8>> parts = new HashMap<>();

  private JpegParts() {
    TensorFlowNative.load();
    Graph graph = new Graph();
    Ops tf = Ops.create(graph);
    file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    window = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(4)));
    for (int denominator = 1; denominator <= 8; denominator *= 2) {
      parts.put(
          denominator,
          tf.image.decodeAndCropJpeg(
              file,
              window,
              DecodeAndCropJpeg.channels(0L)
                  .ratio((long) denominator)
                  .dctMethod("INTEGER_ACCURATE")));
    }
    // The threads of an operation are left as they are: TensorFlow has one pool of them for a
    // process, and its first session decides their number for all networks after it.
    session =
        new Session(
            graph,
            ConfigProto.newBuilder()
                .putDeviceCount("GPU", 0)
                .setInterOpParallelismThreads(-1) // in the thread that calls
                .build());
  }

  /** Returns true for an upright image of one or three components that is not too large. */
  static boolean reads(ImageHeader header) {
    return header.plain()
        && header.orientation() == 1
        && (long) header.width() * header.height() * header.channels() < LARGEST;
  }

  /**
   * Decodes a part of an image; columns beyond it, which come with it, may not be exact.
   *
   * @param bytes a file that was checked before, of a header that this decoder {@link #reads}
   * @param width of the image scaled by 1 / denominator, as the other numbers are
   * @param denominator 1, 2, 4 or 8
   * @param bottom exclusive
   * @param right exclusive
   * @throws TFInvalidArgumentException when the file is damaged, so that it has no pixels
   */
  static Raster read(
      byte[] bytes, int width, int denominator, int top, int left, int bottom, int right) {
    int first = Math.max(0, left - MARGIN);
    int end = Math.min(width, right + MARGIN);
    return OF_THIS_PROCESS.get().read(bytes, denominator, top, first, bottom - top, end - first);
  }

  private Raster read(byte[] bytes, int denominator, int top, int left, int height, int width) {
    try (TString content = TString.tensorOfBytes(NdArrays.scalarOfObject(bytes));
        TInt32 part = TInt32.vectorOf(top, left, height, width);
        Result result =
            session
                .runner()
                .feed(file, content)
                .feed(window, part)
                .fetch(parts.get(denominator))
                .run()) {
      TUint8 pixels = (TUint8) result.get(0);
      byte[] values = new byte[Math.toIntExact(pixels.size())];
      pixels.asRawTensor().data().read(values);
      int channels = Math.toIntExact(pixels.shape().get(2));
      return new Raster(values, height, width, channels, top, left, denominator);
    }
  }
}
