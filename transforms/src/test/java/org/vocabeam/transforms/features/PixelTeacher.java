package org.vocabeam.transforms.features;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Encoder;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.WrittenStore;

/**
 * Teacher for tests whose local features are pixels: a ResNet of one block whose first convolution
 * copies a pixel and a neighbour of it, and whose other weights are 0. Images are 4 x 4 and grey,
 * so that the map has 16 cells of 2 channels: the pixel and its neighbour, in [0, 1].
 */
public final class PixelTeacher {
  public static final int SIDE = 4;
  public static final int CELLS = SIDE * SIDE;
  public static final int CHANNELS = 2;

  /** Scope of a second network in the checkpoint, whose second channel is the pixel below. */
  public static final String OTHER = "other.";

  /** Variable of the checkpoint with visual words, and its values {@code [3, 2]}. */
  public static final String WORDS = "words";

  private static final float[] WORD_VALUES = {0.2f, 0.2f, 0.7f, 0.4f, 0.5f, 0.9f};

  public static final List<String> CLASSES = List.of("bright", "dark");
  public static final Recipe RECIPE = recipe();

  private PixelTeacher() {}

  private static Recipe recipe() {
    Backbone backbone = new ResNet(ResNet.Block.BASIC, List.of(1), CHANNELS, ResNet.Stem.SMALL);
    Task task =
        new Task(
            new ImageShape(SIDE, SIDE, 1),
            new Normalisation(new float[] {0}, new float[] {1}),
            10,
            10,
            5);
    return Supervised.recipe(backbone, task, CLASSES, Supervised.Trained.HEAD, null, 0);
  }

  public static float[] words() {
    return WORD_VALUES.clone();
  }

  /**
   * Writes a checkpoint with two networks, a classifier of {@link #CLASSES} and the words. An image
   * whose mean is above one half is bright.
   */
  public static String checkpoint(Path directory) throws IOException {
    List<VariableChunk> chunks = new ArrayList<>();
    state()
        .forEach(
            (name, values) ->
                chunks.addAll(
                    VariableChunk.of(
                        new VariableSpec(
                            name,
                            name,
                            Role.TRAINED,
                            Initializer.ZEROS,
                            new long[] {values.length}),
                        values)));
    WrittenStore.of(
        VariableChunk.TYPE,
        directory,
        chunks,
        1 << 20,
        Map.of(Checkpoint.RECIPE, Methods.toJson(RECIPE), Checkpoint.STEP, "10"));
    return directory.toString();
  }

  private static Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>();
    addNetwork(state, Method.STUDENT, 1, 2);
    addNetwork(state, OTHER, 2, 1);
    state.put(Method.CLASSIFIER + "fc.weight", new float[] {8, -8, 0, 0});
    state.put(Method.CLASSIFIER + "fc.bias", new float[] {-4, 4});
    state.put(WORDS, words());
    return state;
  }

  /** Adds a network whose second channel is the pixel at a place of the 3 x 3 neighbourhood. */
  private static void addNetwork(Map<String, float[]> state, String scope, int row, int column) {
    float[] taps = new float[3 * 3 * CHANNELS]; // [3, 3, 1, 2]
    taps[(3 + 1) * CHANNELS] = 1;
    taps[(3 * row + column) * CHANNELS + 1] = 1;
    state.put(scope + "conv1.weight", taps);
    addNorm(state, scope + "bn1");
    for (int layer = 1; layer <= 2; layer++) {
      state.put(scope + "layer1.0.conv" + layer + ".weight", new float[9 * CHANNELS * CHANNELS]);
      addNorm(state, scope + "layer1.0.bn" + layer);
    }
  }

  private static void addNorm(Map<String, float[]> state, String name) {
    state.put(name + ".weight", new float[] {1, 1});
    state.put(name + ".bias", new float[] {0, 0});
    state.put(name + ".running_mean", new float[] {0, 0});
    state.put(name + ".running_var", new float[] {1, 1});
  }

  /** Returns an image with random pixels, the same for the same id. */
  public static ImageRecord image(String id, String label, String split) {
    byte[] pixels = new byte[CELLS];
    new SplittableRandom(id.hashCode()).nextBytes(pixels);
    return image(id, label, split, pixels);
  }

  /** Returns an image with equal pixels. */
  public static ImageRecord plain(String id, String label, String split, int value) {
    byte[] pixels = new byte[CELLS];
    Arrays.fill(pixels, (byte) value);
    return image(id, label, split, pixels);
  }

  private static ImageRecord image(String id, String label, String split, byte[] pixels) {
    return new ImageRecord(id, label, split, SIDE, SIDE, 1, ImageRecord.RAW, pixels);
  }

  /** Writes an images store, and returns its row groups, of about 20 images each. */
  public static List<RowGroup> store(Path directory, List<ImageRecord> images) throws IOException {
    return store(directory, images, 1024);
  }

  public static List<RowGroup> store(Path directory, List<ImageRecord> images, long rowGroupBytes)
      throws IOException {
    return WrittenStore.of(ImageRecord.TYPE, directory, images, rowGroupBytes, Map.of())
        .rowGroups();
  }

  /**
   * Returns the features {@code [16, 2]} of images by the student, each embedded alone. A test
   * checks that they are the image's pixels.
   */
  public static Map<String, float[]> cells(List<ImageRecord> images) {
    Map<String, float[]> cells = new LinkedHashMap<>();
    try (Encoder encoder = Encoder.of(RECIPE, state(), Pooling.cells(RECIPE, "layer1"), 1)) {
      for (ImageRecord image : images) {
        cells.put(image.id(), encoder.embed(List.of(image.bytes())));
      }
    }
    return cells;
  }
}
