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

/**
 * Makes one chunk of the replicas' chunks of the same variable: the mean; of a queue, whose ring
 * turns alike in all replicas, slot i of replica i mod R, so that the newest words of every replica
 * go on. The result does not depend on the order in which replicas arrive; of one replica it is
 * that replica's chunk, bit for bit.
 */
final class CombineReplicas
    extends CombineFn<KV<Integer, VariableChunk>, List<KV<Integer, VariableChunk>>, VariableChunk> {
  private static final long serialVersionUID = 1L;

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
  public VariableChunk extractOutput(List<KV<Integer, VariableChunk>> accumulated) {
    List<VariableChunk> replicas =
        accumulated.stream().sorted(Comparator.comparingInt(KV::getKey)).map(KV::getValue).toList();
    VariableChunk first = replicas.get(0);
    if (replicas.size() == 1) {
      return first;
    }
    List<float[]> values = replicas.stream().map(VariableChunk::values).toList();
    return first.withValues(
        switch (first.role()) {
          case QUEUE -> interleave(values, first.firstSlot(), first.slotSize());
          case POINTER, FROZEN -> values.get(0);
          case TRAINED, STATISTIC, AVERAGE, MOMENTUM -> mean(values);
        });
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
  public Coder<VariableChunk> getDefaultOutputCoder(
      CoderRegistry registry, Coder<KV<Integer, VariableChunk>> inputCoder) {
    return VariableChunk.TYPE.coder();
  }
}
