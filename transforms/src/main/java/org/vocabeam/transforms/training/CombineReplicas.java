package org.vocabeam.transforms.training;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.values.KV;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.replicas.Combination.Weights;
import org.vocabeam.transforms.checkpoint.VariableChunk;

/**
 * Makes one chunk of the replicas' chunks of the same variable: the mean; of a queue, whose ring
 * turns alike in all replicas, slot i of replica i mod R, so that the newest words of every replica
 * go on. Of weights it may be an outer step, which also needs where they and its momentum stood
 * before the round, and makes a chunk of the moved momentum too. The result does not depend on the
 * order in which replicas arrive; of one replica it is that replica's chunk, bit for bit.
 */
final class CombineReplicas
    extends CombineFn<
        KV<Integer, VariableChunk>, List<KV<Integer, VariableChunk>>, List<VariableChunk>> {
  private static final long serialVersionUID = 1L;

  /** In the place of a replica's number: from before the round. */
  static final int START = -1;

  private final Weights weights;

  CombineReplicas(Weights weights) {
    this.weights = weights;
  }

  @Override
  public List<KV<Integer, VariableChunk>> createAccumulator() {
    return new ArrayList<>();
  }

  @Override
  public List<KV<Integer, VariableChunk>> addInput(
      List<KV<Integer, VariableChunk>> replicas, KV<Integer, VariableChunk> replica) {
    List<KV<Integer, VariableChunk>> all = new ArrayList<>(replicas);
    all.add(replica);
    return all;
  }

  @Override
  public List<KV<Integer, VariableChunk>> mergeAccumulators(
      Iterable<List<KV<Integer, VariableChunk>>> accumulators) {
    List<KV<Integer, VariableChunk>> all = new ArrayList<>();
    accumulators.forEach(all::addAll);
    return all;
  }

  @Override
  public List<VariableChunk> extractOutput(List<KV<Integer, VariableChunk>> accumulated) {
    List<VariableChunk> replicas =
        accumulated.stream()
            .filter(part -> part.getKey() != START)
            .sorted(Comparator.comparingInt(KV::getKey))
            .map(KV::getValue)
            .toList();
    VariableChunk first = replicas.get(0);
    if (replicas.size() == 1) {
      return List.of(first);
    }
    List<float[]> values = replicas.stream().map(VariableChunk::values).toList();
    return switch (first.role()) {
      case QUEUE ->
          List.of(first.withValues(interleave(values, first.firstSlot(), first.slotSize())));
      case POINTER, FROZEN -> List.of(first);
      case STATISTIC, AVERAGE, MOMENTUM -> List.of(first.withValues(mean(values)));
      case TRAINED ->
          weights instanceof Weights.Nesterov outer
              ? step(outer, accumulated, mean(values))
              : List.of(first.withValues(mean(values)));
      case OUTER_MOMENTUM -> throw new IllegalStateException("replicas have none: " + first.id());
    };
  }

  private static List<VariableChunk> step(
      Weights.Nesterov outer, List<KV<Integer, VariableChunk>> accumulated, float[] mean) {
    VariableChunk start = start(accumulated, Role.TRAINED);
    VariableChunk momentum = start(accumulated, Role.OUTER_MOMENTUM);
    float[] moved = start.values();
    float[] velocity = momentum.values();
    outer.step(moved, mean, velocity);
    return List.of(start.withValues(moved), momentum.withValues(velocity));
  }

  private static VariableChunk start(List<KV<Integer, VariableChunk>> accumulated, Role role) {
    return accumulated.stream()
        .filter(part -> part.getKey() == START && part.getValue().role() == role)
        .map(KV::getValue)
        .findFirst()
        .orElseThrow();
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

  private static float[] interleave(List<float[]> values, int firstSlot, int size) {
    float[] merged = new float[values.get(0).length];
    for (int at = 0, slot = firstSlot; at < merged.length; at += size, slot++) {
      System.arraycopy(values.get(slot % values.size()), at, merged, at, size);
    }
    return merged;
  }

  @Override
  public Coder<List<KV<Integer, VariableChunk>>> getAccumulatorCoder(
      CoderRegistry registry, Coder<KV<Integer, VariableChunk>> inputCoder) {
    return ListCoder.of(KvCoder.of(VarIntCoder.of(), VariableChunk.TYPE.coder()));
  }

  @Override
  public Coder<List<VariableChunk>> getDefaultOutputCoder(
      CoderRegistry registry, Coder<KV<Integer, VariableChunk>> inputCoder) {
    return ListCoder.of(VariableChunk.TYPE.coder());
  }
}
