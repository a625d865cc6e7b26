package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.OneHot;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;

/**
 * The few-shot classifier by prototypes (Snell et al. 2017 with cosines; OBoW reference code {@code
 * few_shot_classifier_with_prototypes}): a class is the mean of its L2-normalised support features,
 * normalised again; its score is scale x cosine. Not thread-safe.
 */
public final class Prototypes implements AutoCloseable {
  private static final String SCORE = "score";

  private final int way;
  private final Program program;

  /**
   * Makes a classifier for episodes of one size.
   *
   * @param width D of the features
   * @param way classes of an episode
   * @param support labelled rows of an episode
   * @param queries rows of an episode to classify
   * @param scale of the scores, OBoW: 10
   */
  public Prototypes(int width, int way, int support, int queries, double scale) {
    checkArgument(
        width > 0 && way > 0 && support >= way && queries > 0,
        "width %s, way %s, support %s, queries %s must be positive, and support at least way",
        width,
        way,
        support,
        queries);
    this.way = way;
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter()) {
      Ops tf = writer.ops();
      Operand<TFloat32> supportRows = writer.input("support", TFloat32.class, support, width);
      Operand<TInt32> labels = writer.input("labels", TInt32.class, support);
      Operand<TFloat32> queryRows = writer.input("queries", TFloat32.class, queries, width);
      // [support, way]. The second normalisation cancels the divisor of the mean.
      Operand<TFloat32> members =
          tf.oneHot(labels, tf.constant(way), tf.constant(1f), tf.constant(0f), OneHot.axis(1L));
      Operand<TFloat32> sums =
          tf.linalg.matMul(members, Layers.l2Normalize(tf, supportRows), MatMul.transposeA(true));
      Operand<TFloat32> cosines =
          Layers.timesTransposed(
              tf, Layers.l2Normalize(tf, queryRows), Layers.l2Normalize(tf, sums));
      writer.signature(
          SCORE,
          Map.of("support", supportRows, "labels", labels, "queries", queryRows),
          Map.of("scores", tf.math.mul(cosines, tf.constant((float) scale))));
      program = Program.load(writer);
    }
  }

  /**
   * Returns the scores {@code [queries, way]} of one episode.
   *
   * @param support {@code [support, D]}
   * @param labels {@code [support]} classes in [0, way), each one at least once
   * @param queries {@code [queries, D]}
   */
  public ClassScores scores(float[] support, int[] labels, float[] queries) {
    return new ClassScores(
        way, program.run(SCORE, Map.of("support", support, "labels", labels, "queries", queries)));
  }

  @Override
  public void close() {
    program.close();
  }
}
