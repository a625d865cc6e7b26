package org.vocabeam.models.training;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Result of a step's forward pass. The step itself reports {@code loss} and {@code embedding_std};
 * a method adds what else is worth watching:
 *
 * <pre>{@code
 * return Loss.of(total, features).with("accuracy", accuracy);
 * }</pre>
 *
 * @param total scalar that is minimised over all TRAINED variables
 * @param features {@code [R, D]} of the student, R at least 2, which are watched for collapse; null
 *     for none
 * @param metrics further scalars by name, in the order in which they are reported
 */
public record Loss(
    Operand<TFloat32> total,
    Operand<TFloat32> features,
    ImmutableMap<String, Operand<TFloat32>> metrics) {
  /** Name of the metric of {@link #total}. */
  public static final String LOSS = "loss";

  /** Name of the metric of {@link #features}, their {@link EmbeddingSpread}. */
  public static final String EMBEDDING_STD = "embedding_std";

  /** Name of the metric of the factor by which float16 multiplies the loss. */
  public static final String LOSS_SCALE = "loss_scale";

  /** Returns a loss that is watched for collapse, without further metrics. */
  public static Loss of(Operand<TFloat32> total, Operand<TFloat32> features) {
    return new Loss(total, features, ImmutableMap.of());
  }

  /** Returns a loss that trains no encoder, so that nothing is watched for collapse. */
  public static Loss of(Operand<TFloat32> total) {
    return of(total, null);
  }

  /** Returns the loss with another metric behind those that it has. */
  public Loss with(String name, Operand<TFloat32> metric) {
    return with(Map.of(name, metric));
  }

  /** Returns the loss with other metrics, in their order, behind those that it has. */
  public Loss with(Map<String, Operand<TFloat32>> more) {
    return new Loss(
        total,
        features,
        ImmutableMap.<String, Operand<TFloat32>>builder().putAll(metrics).putAll(more).build());
  }

  /** Authors everything that a step reports: the loss, the spread of the features, the metrics. */
  public Map<String, Operand<TFloat32>> reported(Ops tf) {
    Map<String, Operand<TFloat32>> reported = new LinkedHashMap<>();
    reported.put(LOSS, total);
    if (features != null) {
      reported.put(EMBEDDING_STD, EmbeddingSpread.of(tf, features));
    }
    reported.putAll(metrics);
    return reported;
  }
}
