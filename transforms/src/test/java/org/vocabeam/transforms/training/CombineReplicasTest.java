package org.vocabeam.transforms.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.Collections2;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.KV;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.transforms.checkpoint.VariableChunk;

class CombineReplicasTest {
  private static VariableSpec spec(Role role, long... shape) {
    return new VariableSpec("v", "v", role, Initializer.ZEROS, shape);
  }

  /** The only chunk of a small variable. */
  private static KV<Integer, VariableChunk> of(int replica, VariableSpec spec, float... values) {
    return KV.of(replica, VariableChunk.of(spec, values).get(0));
  }

  /** In every order. */
  private static void check(List<KV<Integer, VariableChunk>> replicas, VariableChunk combined) {
    for (List<KV<Integer, VariableChunk>> order : Collections2.permutations(replicas)) {
      assertEquals(combined, CombineReplicas.combined(order), () -> "in the order " + order);
    }
  }

  private static VariableChunk combine(List<KV<Integer, VariableChunk>> replicas) {
    return CombineReplicas.combined(replicas);
  }

  @Test
  void weightsStatisticsAveragesAndMomentaBecomeTheirMean() {
    for (Role role : List.of(Role.TRAINED, Role.STATISTIC, Role.AVERAGE, Role.MOMENTUM)) {
      VariableSpec spec = spec(role, 2, 2);
      check(
          List.of(of(0, spec, 1, 2, 3, -4), of(1, spec, 3, 2, 0, 4), of(2, spec, 5, 2, 0, 0.75f)),
          of(9, spec, 3, 2, 1, 0.25f).getValue());
    }
  }

  @Test
  void theMeanDoesNotDependOnTheOrderOfArrival() {
    // The sum is 0, 1 or 2 by the order of its parts: it is always that of the replicas' numbers.
    VariableSpec spec = spec(Role.TRAINED);
    check(
        List.of(of(0, spec, 1e20f), of(1, spec, 1), of(2, spec, -1e20f), of(3, spec, 1)),
        of(0, spec, 0.25f).getValue());
  }

  @Test
  void slotsOfAQueueAreTheReplicasInTurn() {
    VariableSpec spec = spec(Role.QUEUE, 5, 2);
    check(
        List.of(
            of(1, spec, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19),
            of(0, spec, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
        of(0, spec, 0, 1, 12, 13, 4, 5, 16, 17, 8, 9).getValue());
  }

  @Test
  void theTurnGoesOnFromOneChunkOfAQueueToTheNext() {
    // 1 MB holds 87381 slots, an odd number: the second chunk starts with the second replica.
    VariableSpec spec = spec(Role.QUEUE, 200_000, 3);
    List<List<VariableChunk>> replicas = new ArrayList<>();
    for (int replica = 0; replica < 2; replica++) {
      float[] values = new float[600_000];
      Arrays.fill(values, replica);
      replicas.add(VariableChunk.of(spec, values));
    }
    assertEquals(3, replicas.get(0).size());
    int slot = 0;
    for (int chunk = 0; chunk < 3; chunk++) {
      float[] values =
          combine(
                  List.of(
                      KV.of(0, replicas.get(0).get(chunk)), KV.of(1, replicas.get(1).get(chunk))))
              .values();
      for (int i = 0; i < values.length; i += 3, slot++) {
        assertEquals(slot % 2, values[i], "slot " + slot);
        assertEquals(slot % 2, values[i + 2], "slot " + slot);
      }
    }
    assertEquals(200_000, slot);
  }

  /**
   * Rings of 8 slots that take 2 words a step, for 7 steps: they turn, and turn again. A word is
   * 100 x replica + step.
   */
  @Test
  void theRingGoesOnWithTheNewestWordsOfEveryReplica() {
    int slots = 8;
    VariableSpec spec = spec(Role.QUEUE, slots, 1);
    float[][] rings = new float[2][slots];
    int pointer = 0;
    for (int step = 0; step < 7; step++, pointer = (pointer + 2) % slots) {
      for (int replica = 0; replica < 2; replica++) {
        rings[replica][pointer] = 100 * replica + step;
        rings[replica][pointer + 1] = 100 * replica + step;
      }
    }
    float[] merged = combine(List.of(of(0, spec, rings[0]), of(1, spec, rings[1]))).values();
    // From the pointer on, the oldest first: of each of the last four steps one word of each.
    List<Float> byAge = new ArrayList<>();
    for (int i = 0; i < slots; i++) {
      byAge.add(merged[(pointer + i) % slots]);
    }
    assertEquals(List.of(3f, 103f, 4f, 104f, 5f, 105f, 6f, 106f), byAge);
  }

  @Test
  void thePointerIsTheSameInAllReplicas() {
    VariableSpec spec = spec(Role.POINTER);
    check(List.of(of(0, spec, 24), of(1, spec, 24), of(2, spec, 24)), of(0, spec, 24).getValue());
  }

  @Test
  void theLossScaleIsTheSmallest() {
    VariableSpec spec = spec(Role.LOSS_SCALE);
    check(List.of(of(0, spec, 64), of(1, spec, 16), of(2, spec, 32)), of(0, spec, 16).getValue());
  }

  @Test
  void oneReplicaStaysAsItIsBitForBit() {
    int[] bits = {0x80000000, 0x7fc12345, 0xff800000, 1, 0x3f800001, 0x7f7fffff};
    float[] values = new float[bits.length];
    IntStream.range(0, bits.length).forEach(i -> values[i] = Float.intBitsToFloat(bits[i]));
    for (Role role : Role.values()) {
      KV<Integer, VariableChunk> only = of(0, spec(role, bits.length), values);
      VariableChunk combined = combine(List.of(only));
      assertArrayEquals(only.getValue().bytes(), combined.bytes());
      assertEquals(only.getValue(), combined);
    }
  }

  @Test
  void everyVariableIsCombinedForItself() {
    VariableSpec weight = spec(Role.TRAINED, 2);
    VariableSpec queue =
        new VariableSpec("q", "q", Role.QUEUE, Initializer.ZEROS, new long[] {2, 1});
    List<KV<String, KV<Integer, VariableChunk>>> chunks = new ArrayList<>();
    for (KV<Integer, VariableChunk> chunk :
        List.of(
            of(1, queue, 20, 21), of(0, weight, 1, 2), of(1, weight, 3, 4), of(0, queue, 10, 11))) {
      chunks.add(KV.of(chunk.getValue().id(), chunk));
    }
    Pipeline pipeline = Pipeline.create();
    PAssert.that(
            pipeline
                .apply(
                    Create.of(chunks)
                        .withCoder(
                            KvCoder.of(
                                StringUtf8Coder.of(),
                                KvCoder.of(VarIntCoder.of(), VariableChunk.TYPE.coder()))))
                .apply(new CombineReplicas()))
        .containsInAnyOrder(of(0, weight, 2, 3).getValue(), of(0, queue, 10, 21).getValue());
    pipeline.run().waitUntilFinish();
  }
}
