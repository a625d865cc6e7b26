package org.vocabeam.models.training;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.backbone.Features;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Parameters;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;

/**
 * A trained student's backbone with batch norm in inference mode: images to pooled features of any
 * level, or to the logits of its classifier, in batches of a static size.
 *
 * <pre>{@code
 * try (Encoder encoder = Encoder.of(recipe, state, Pooling.GLOBAL, 256)) {
 *   float[] features = encoder.embed(images);
 * }
 * }</pre>
 */
public final class Encoder implements AutoCloseable {
  private static final String EMBED = "embed";
  private static final String IMAGES = "images";

  private final Program program;
  private final List<VariableSpec> variables;
  private final int batchSize;
  private final int bytes;
  private final int width;

  private Encoder(
      Program program, List<VariableSpec> variables, int batchSize, int bytes, int width) {
    this.program = program;
    this.variables = variables;
    this.batchSize = batchSize;
    this.bytes = bytes;
    this.width = width;
  }

  /**
   * Returns an encoder on the CPU.
   *
   * @param state of a checkpoint, of which only the student's backbone is taken; null for the
   *     random weights with which the recipe's run starts
   * @param pooling level and form of the features
   */
  public static Encoder of(
      Recipe recipe, Map<String, float[]> state, Pooling pooling, int batchSize) {
    return of(recipe, state, pooling, batchSize, DeviceChoice.CPU);
  }

  /** Returns an encoder on a device; see {@link #of(Recipe, Map, Pooling, int)}. */
  public static Encoder of(
      Recipe recipe,
      Map<String, float[]> state,
      Pooling pooling,
      int batchSize,
      DeviceChoice device) {
    return load(
        recipe,
        state,
        (writer, images) ->
            pooling.apply(
                writer.ops(),
                recipe.backbone(),
                features(writer.ops(), writer.variables().scope(Method.STUDENT), recipe, images)),
        pooling.width(recipe.backbone()),
        batchSize,
        device);
  }

  /**
   * Returns an encoder of whole maps: the features of an image are its map {@code [h w C]} of a
   * level, and behind it the level's feature of the whole image {@code [C]}.
   *
   * @param state as for {@link #of(Recipe, Map, Pooling, int)}
   * @param level of the backbone; empty for the last
   */
  public static Encoder maps(
      Recipe recipe, Map<String, float[]> state, String level, int batchSize, DeviceChoice device) {
    MapShape shape = MapShape.of(recipe, level);
    String known = new Pooling(level, 1).levelOf(recipe.backbone());
    return load(
        recipe,
        state,
        (writer, images) -> {
          Ops tf = writer.ops();
          Parameters student = writer.variables().scope(Method.STUDENT);
          Features features = features(tf, student, recipe, images).get(known);
          Operand<TFloat32> map =
              tf.reshape(features.map(), tf.constant(new int[] {batchSize, shape.values()}));
          return tf.concat(List.of(map, features.image()), tf.constant(1));
        },
        shape.values() + shape.channels(),
        batchSize,
        device);
  }

  /**
   * Returns the classifier of a method with classes; its features are a logit for every class.
   *
   * @param state of a checkpoint
   */
  public static Encoder classifier(
      Recipe recipe, Map<String, float[]> state, int batchSize, DeviceChoice device) {
    int classes = recipe.method().classes().size();
    return load(
        recipe,
        state,
        (writer, images) -> {
          Parameters student = writer.variables().scope(Method.STUDENT);
          return logits(
              writer.ops(),
              writer.variables().scope(Method.CLASSIFIER),
              recipe,
              features(writer.ops(), student, recipe, images));
        },
        classes,
        batchSize,
        device);
  }

  private static Encoder load(
      Recipe recipe,
      Map<String, float[]> state,
      BiFunction<ProgramWriter, Operand<TUint8>, Operand<TFloat32>> author,
      int width,
      int batchSize,
      DeviceChoice device) {
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter()) {
      ImageShape shape = recipe.images();
      Operand<TUint8> images =
          writer.input(
              IMAGES, TUint8.class, batchSize, shape.height(), shape.width(), shape.channels());
      Operand<TFloat32> features = author.apply(writer, images);
      writer.signature(EMBED, Map.of(IMAGES, images), Map.of("features", features));
      List<VariableSpec> variables = writer.variables().specs();
      Map<String, float[]> first = new LinkedHashMap<>();
      if (state == null) {
        variables.forEach(v -> first.put(v.name(), v.initialValues(recipe.seed())));
      }
      Program program = Program.load(writer, device);
      Encoder encoder = new Encoder(program, variables, batchSize, shape.bytes(), width);
      encoder.setState(state == null ? first : state);
      return encoder;
    }
  }

  /**
   * Takes other weights for the same network.
   *
   * @param state of a checkpoint, of which only this encoder's variables are taken
   */
  public void setState(Map<String, float[]> state) {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (VariableSpec variable : variables) {
      float[] value = state.get(variable.name());
      checkArgument(value != null, "the checkpoint has no variable %s", variable.name());
      values.put(variable.name(), value);
    }
    program.writeState(values);
  }

  /** Authors the features of images {@code [N, H, W, C]}. */
  static Map<String, Features> features(
      Ops tf, Parameters parameters, Recipe recipe, Operand<TUint8> images) {
    Layers layers = new Layers(tf, parameters, Mode.INFERENCE);
    return recipe.backbone().features(layers, recipe.normalisation().apply(tf, images));
  }

  /** Authors a logit for every class of the recipe's method. */
  static Operand<TFloat32> logits(
      Ops tf, Parameters classifier, Recipe recipe, Map<String, Features> levels) {
    return Classifier.logits(
        tf,
        classifier,
        Pooling.GLOBAL.apply(tf, recipe.backbone(), levels),
        recipe.method().classes().size());
  }

  /** Returns the largest number of images that are embedded together. */
  public int batchSize() {
    return batchSize;
  }

  /** Returns the number of features of an image. */
  public int width() {
    return width;
  }

  /**
   * Embeds up to a batch of images.
   *
   * @param images each {@code [H, W, C]} bytes
   * @return {@code [images, width]} row-major
   */
  public float[] embed(List<byte[]> images) {
    checkArgument(
        images.size() <= batchSize, "%s images, at most %s at a time", images.size(), batchSize);
    byte[] pixels = new byte[batchSize * bytes];
    for (int i = 0; i < images.size(); i++) {
      System.arraycopy(images.get(i), 0, pixels, i * bytes, bytes);
    }
    float[] features = program.run(EMBED, Map.of(IMAGES, pixels));
    return images.size() == batchSize ? features : Arrays.copyOf(features, images.size() * width);
  }

  @Override
  public void close() {
    program.close();
  }
}
