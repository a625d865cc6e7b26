package org.vocabeam.models.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.ScaleAndTranslate;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Features;
import org.vocabeam.models.graph.Constants;
import org.vocabeam.models.graph.Parameters;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.onnx.OnnxModel;
import org.vocabeam.models.program.ProgramWriter;
import org.vocabeam.models.views.Cut;

/**
 * An encoder for other programs, whose weights are constants. It takes {@code images} (uint8,
 * {@code [N, h, w, C]} of any size, shown as {@link Cut#whole} shows them) and returns
 *
 * <ul>
 *   <li>{@code embedding}, {@code [N, width]}
 *   <li>{@code map}, of the level of the embedding, {@code [N, rows, columns, channels]}
 *   <li>{@code map_LEVEL} of each further level
 *   <li>{@code logits} and {@code probabilities}, {@code [N, classes]}, for a method with classes
 * </ul>
 *
 * <pre>{@code
 * ExportedEncoder encoder = new ExportedEncoder(recipe, state, Pooling.GLOBAL, List.of("layer2"));
 * encoder.saveModel(directory);
 * encoder.saveOnnx(directory.resolve("encoder.onnx"), Map.of("licence", "MIT"));
 * }</pre>
 *
 * @param state of a checkpoint
 * @param pooling level and form of the embedding
 * @param maps levels of which a map is returned, besides that of the embedding
 */
public record ExportedEncoder(
    Recipe recipe, Map<String, float[]> state, Pooling pooling, List<String> maps) {
  /** Name of the input. */
  public static final String IMAGES = "images";

  /** Name of the SavedModel's signature. */
  private static final String SIGNATURE = "serving_default";

  /** Largest number of bytes in which a graph with constants can be written, by protobuf. */
  private static final long LARGEST = Integer.MAX_VALUE;

  /**
   * Makes an encoder.
   *
   * @throws UserError if the backbone has no such level
   */
  public ExportedEncoder {
    maps = List.copyOf(maps);
    for (String level : maps) {
      if (!recipe.backbone().levels().contains(level)) {
        throw new UserError(
            "maps is " + level + ", must be one or several of " + recipe.backbone().levels());
      }
    }
  }

  private record Authored(
      Operand<TUint8> images, LinkedHashMap<String, Operand<TFloat32>> outputs) {}

  /**
   * Writes a SavedModel with the signature {@code serving_default}.
   *
   * @param directory made when it does not exist
   */
  public void saveModel(Path directory) throws IOException {
    checkSize();
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter()) {
      Authored encoder = author(writer);
      writer.signature(SIGNATURE, Map.of(IMAGES, encoder.images()), encoder.outputs());
      writer.save(directory);
    }
  }

  /**
   * Writes an ONNX model.
   *
   * @param notes texts for its metadata
   */
  public void saveOnnx(Path file, Map<String, String> notes) throws IOException {
    checkSize();
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter()) {
      Authored encoder = author(writer);
      OnnxModel.of(writer.graph(), Map.of(IMAGES, encoder.images()), encoder.outputs())
          .write(file, notes);
    }
  }

  private void checkSize() {
    long bytes =
        state.entrySet().stream()
            .filter(
                variable ->
                    variable.getKey().startsWith(Method.STUDENT)
                        || variable.getKey().startsWith(Method.CLASSIFIER))
            .mapToLong(variable -> (long) Float.BYTES * variable.getValue().length)
            .sum();
    if (bytes >= LARGEST) {
      throw new UserError(
          String.format(
              "the encoder's weights are %,d bytes, must be less than %,d for a SavedModel or ONNX;"
                  + " export them as safetensors",
              bytes, LARGEST));
    }
  }

  private Authored author(ProgramWriter writer) {
    Ops tf = writer.ops();
    ImageShape shape = recipe.images();
    Operand<TUint8> images = writer.input(IMAGES, TUint8.class, -1, -1, -1, shape.channels());
    Map<String, Features> levels =
        Encoder.features(
            tf, new Constants(tf, Method.STUDENT, state), recipe, whole(tf, images, shape));
    LinkedHashMap<String, Operand<TFloat32>> outputs = new LinkedHashMap<>();
    outputs.put("embedding", pooling.apply(tf, recipe.backbone(), levels));
    outputs.put("map", levels.get(pooling.levelOf(recipe.backbone())).map());
    maps.forEach(level -> outputs.put("map_" + level, levels.get(level).map()));
    if (!recipe.method().classes().isEmpty()) {
      Parameters classifier = new Constants(tf, Method.CLASSIFIER, state);
      Operand<TFloat32> logits = Encoder.logits(tf, classifier, recipe, levels);
      outputs.put("logits", logits);
      outputs.put("probabilities", tf.nn.softmax(logits));
    }
    outputs.replaceAll((name, output) -> tf.withName(name).identity(output));
    return new Authored(images, outputs);
  }

  /**
   * Authors images of any size as they are shown whole in a shape: {@link
   * org.vocabeam.models.views.Cut#whole} as a graph.
   */
  private static Operand<TUint8> whole(Ops tf, Operand<TUint8> images, ImageShape shape) {
    Operand<TInt32> size =
        tf.slice(tf.shape(images), tf.constant(new int[] {1}), tf.constant(new int[] {2}));
    Operand<TInt32> turned = tf.reverse(size, tf.constant(new int[] {0}));
    Operand<TInt32> shown = tf.constant(new int[] {shape.height(), shape.width()});
    int coveredHeight = (int) Cut.covered(shape.height());
    int coveredWidth = (int) Cut.covered(shape.width());
    Operand<TInt32> covered = tf.constant(new int[] {coveredHeight, coveredWidth});
    Operand<TInt32> other = tf.constant(new int[] {coveredWidth, coveredHeight});
    Operand<TInt32> scaled =
        tf.math.maximum(covered, tf.math.floorDiv(tf.math.mul(other, size), turned));
    Operand<TInt32> isShape =
        tf.dtypes.cast(tf.reduceAll(tf.math.equal(size, shown), tf.constant(0)), TInt32.class);
    Operand<TInt32> resized =
        tf.math.add(
            tf.math.mul(isShape, shown), tf.math.mul(tf.math.sub(tf.constant(1), isShape), scaled));
    Operand<TFloat32> scale =
        tf.math.div(tf.dtypes.cast(resized, TFloat32.class), tf.dtypes.cast(size, TFloat32.class));
    Operand<TFloat32> cutOff = tf.dtypes.cast(tf.math.sub(shown, resized), TFloat32.class);
    Operand<TFloat32> translation = tf.math.rint(tf.math.mul(cutOff, tf.constant(0.5f)));
    Operand<TFloat32> pixels =
        tf.image.scaleAndTranslate(
            images, shown, scale, translation, ScaleAndTranslate.kernelType("triangle"));
    // Rounds half up, as the resampler does.
    Operand<TFloat32> rounded = tf.math.floor(tf.math.add(pixels, tf.constant(0.5f)));
    return tf.dtypes.cast(
        tf.ensureShape(rounded, Shape.of(-1, shape.height(), shape.width(), shape.channels())),
        TUint8.class);
  }
}
