package org.vocabeam.models.obow;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;

/**
 * Visual words of one level (OBoW section 3.4; reference code {@code _update_dictionary}): a
 * first-in first-out queue that takes one local feature of every image of the batch.
 */
public final class Vocabulary {
  /** Feature of an image that enters the queue. */
  public enum Update {
    /** A drawn location of the 3x3-averaged map, the paper's choice. */
    @JsonProperty("local-average")
    LOCAL_AVERAGE,
    /** A drawn location of the map. */
    @JsonProperty("no-averaging")
    NO_AVERAGING,
    /** Mean of the map. */
    @JsonProperty("global-average")
    GLOBAL_AVERAGE;

    /** Returns the number of locations of a cropped map from which one is drawn. */
    int locations(int height, int width) {
      return switch (this) {
        case LOCAL_AVERAGE -> Math.max(0, height - 2) * Math.max(0, width - 2);
        case NO_AVERAGING -> height * width;
        case GLOBAL_AVERAGE -> 1;
      };
    }
  }

  private final Variables variables;
  private final String name;
  private final int size;

  /**
   * Adds the words of a level, and the pointer of their queue, to the variables.
   *
   * @param size K words
   */
  Vocabulary(Variables variables, String level, int size, int channels) {
    this(variables, level, size, channels, Initializer.rectifiedNormal());
  }

  /**
   * Adds words with given first values.
   *
   * @param size K words
   * @param first words
   */
  Vocabulary(Variables variables, String level, int size, int channels, Initializer first) {
    this.variables = variables;
    this.name = name(level);
    this.size = size;
    variables.variable("", name, Role.QUEUE, first, size, channels);
    variables.variable("", name + ".pointer", Role.POINTER, Initializer.ZEROS);
  }

  /** Returns the name of the variable of a level's words. */
  static String name(String level) {
    return "vocabulary." + level;
  }

  /** Returns the words before this step's update, {@code [K, C]}. */
  Operand<TFloat32> words() {
    return variables.get(name);
  }

  /**
   * Authors one vector of every image.
   *
   * @param map border already cropped, {@code [B, h, w, C]}
   * @param locations {@code [B]} row-major indices below {@link Update#locations}
   * @return {@code [B, C]}
   */
  static Operand<TFloat32> sample(
      Ops tf, Operand<TFloat32> map, Operand<TInt32> locations, Update update) {
    long images = map.shape().get(0);
    long channels = map.shape().get(3);
    if (update == Update.GLOBAL_AVERAGE) {
      return tf.math.mean(map, tf.constant(new int[] {1, 2}));
    }
    Operand<TFloat32> cells =
        update == Update.LOCAL_AVERAGE
            ? tf.nn.avgPool(map, List.of(1L, 3L, 3L, 1L), List.of(1L, 1L, 1L, 1L), "VALID")
            : map;
    long perImage = cells.shape().get(1) * cells.shape().get(2);
    Operand<TFloat32> rows = tf.reshape(cells, tf.constant(new long[] {-1, channels}));
    Operand<TInt32> first =
        tf.range(
            tf.constant(0), tf.constant((int) (images * perImage)), tf.constant((int) perImage));
    return tf.gather(rows, tf.math.add(first, locations), tf.constant(0));
  }

  /**
   * Authors the update that overwrites the oldest rows and moves the pointer.
   *
   * @param vectors {@code [B, C]}, or those of some images; at most K
   */
  void push(Ops tf, Operand<TFloat32> vectors) {
    float rows = vectors.shape().get(0);
    String pointerName = name + ".pointer";
    Operand<TFloat32> pointer = variables.get(pointerName);
    Operand<TFloat32> modulus = tf.constant((float) size);
    float[] slots = new float[size];
    for (int i = 0; i < size; i++) {
      slots[i] = i;
    }
    // Distance of a slot behind the pointer, around the end of the queue: the first slots take the
    // vectors. A scatter has no deterministic kernel for GPUs.
    Operand<TFloat32> distance =
        tf.math.floorMod(tf.math.sub(tf.constant(slots), pointer), modulus);
    Operand<TBool> taken =
        tf.reshape(tf.math.less(distance, tf.constant(rows)), tf.constant(new int[] {size, 1}));
    Operand<TInt32> vector =
        tf.dtypes.cast(tf.math.minimum(distance, tf.constant(rows - 1)), TInt32.class);
    variables.assign(name, tf.select(taken, tf.gather(vectors, vector, tf.constant(0)), words()));
    variables.assign(
        pointerName, tf.math.floorMod(tf.math.add(pointer, tf.constant(rows)), modulus));
  }
}
