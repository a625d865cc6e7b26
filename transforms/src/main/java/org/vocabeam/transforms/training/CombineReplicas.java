package org.vocabeam.transforms.training;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.vocabeam.transforms.checkpoint.VariableChunk;

/**
 * Makes one chunk of the replicas' chunks of the same variable: the mean; for a queue, whose ring
 * turns alike in all replicas, slot i of replica i mod R, so that the newest words of every replica
 * go on; for the loss scale the smallest, with which no replica's gradients overflow. A single
 * replica's chunk stays as it is, bit for bit.
 *
 * <p>The chunks of a variable are collected rather than added up one by one: sums of floats depend
 * on their order, and replicas arrive in any order. With R replicas a group has at most R
 * megabytes.
 */
final class CombineReplicas
    extends PTransform<
        PCollection<KV<String, KV<Integer, VariableChunk>>>, PCollection<VariableChunk>> {
  private static final long serialVersionUID = 1L;

  @Override
  public PCollection<VariableChunk> expand(
      PCollection<KV<String, KV<Integer, VariableChunk>>> replicas) {
    return replicas
        .apply(GroupByKey.create())
        .apply("Combine", ParDo.of(new Combine()))
        .setCoder(VariableChunk.TYPE.coder());
  }

  private static final class Combine
      extends DoFn<KV<String, Iterable<KV<Integer, VariableChunk>>>, VariableChunk> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void combine(
        @Element KV<String, Iterable<KV<Integer, VariableChunk>>> chunk,
        OutputReceiver<VariableChunk> out) {
      List<KV<Integer, VariableChunk>> replicas = new ArrayList<>();
      chunk.getValue().forEach(replicas::add);
      out.output(combined(replicas));
    }
  }

  /**
   * Returns the chunk of all replicas.
   *
   * @param replicas by the replica's number, in any order
   */
  static VariableChunk combined(List<KV<Integer, VariableChunk>> replicas) {
    List<VariableChunk> chunks =
        replicas.stream().sorted(Comparator.comparingInt(KV::getKey)).map(KV::getValue).toList();
    VariableChunk first = chunks.get(0);
    if (chunks.size() == 1) {
      return first;
    }
    List<float[]> values = chunks.stream().map(VariableChunk::values).toList();
    return switch (first.role()) {
      case QUEUE -> first.withValues(interleave(values, first.firstSlot(), first.slotSize()));
      case POINTER, FROZEN -> first;
      case SUM -> throw new IllegalArgumentException(first.variable() + " is not part of a state");
      case LOSS_SCALE -> first.withValues(smallest(values));
      case TRAINED, STATISTIC, AVERAGE, MOMENTUM -> first.withValues(mean(values));
    };
  }

  private static float[] mean(List<float[]> values) {
    float[] mean = new float[values.get(0).length];
    for (int i = 0; i < mean.length; i++) {
      double sum = 0;
      for (float[] replica : values) {
        sum += replica[i];
      }
      mean[i] = (float) (sum / values.size());
    }
    return mean;
  }

  private static float[] smallest(List<float[]> values) {
    float[] smallest = values.get(0).clone();
    for (float[] replica : values) {
      for (int i = 0; i < smallest.length; i++) {
        smallest[i] = Math.min(smallest[i], replica[i]);
      }
    }
    return smallest;
  }

  private static float[] interleave(List<float[]> values, int firstSlot, int size) {
    float[] merged = new float[values.get(0).length];
    for (int at = 0, slot = firstSlot; at < merged.length; at += size, slot++) {
      System.arraycopy(values.get(slot % values.size()), at, merged, at, size);
    }
    return merged;
  }
}
