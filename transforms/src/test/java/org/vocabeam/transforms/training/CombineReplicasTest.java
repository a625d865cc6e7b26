package org.vocabeam.transforms.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.testing.CombineFnTester;
import org.apache.beam.sdk.values.KV;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;

class CombineReplicasTest {
  private static VariableSpec spec(Role role, long... shape) {
    return new VariableSpec("v", "v", role, Initializer.ZEROS, shape);
  }

  /** The only chunk of a small variable. */
  private static KV<Integer, VariableChunk> of(int replica, VariableSpec spec, float... values) {
    return KV.of(replica, VariableChunk.of(spec, values).get(0));
  }

  /** In many orders and groupings. */
  private static void check(List<KV<Integer, VariableChunk>> replicas, VariableChunk combined) {
    CombineFnTester.testCombineFn(new CombineReplicas(), new ArrayList<>(replicas), combined);
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
          new CombineReplicas()
              .apply(
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

  @Test
  void thePointerIsTheSameInAllReplicas() {
    VariableSpec spec = spec(Role.POINTER);
    check(List.of(of(0, spec, 24), of(1, spec, 24), of(2, spec, 24)), of(0, spec, 24).getValue());
  }

  @Test
  void oneReplicaStaysAsItIsBitForBit() {
    int[] bits = {0x80000000, 0x7fc12345, 0xff800000, 1, 0x3f800001, 0x7f7fffff};
    float[] values = new float[bits.length];
    IntStream.range(0, bits.length).forEach(i -> values[i] = Float.intBitsToFloat(bits[i]));
    for (Role role : Role.values()) {
      KV<Integer, VariableChunk> only = of(0, spec(role, bits.length), values);
      VariableChunk combined = new CombineReplicas().apply(List.of(only));
      assertArrayEquals(only.getValue().bytes(), combined.bytes());
      assertEquals(only.getValue(), combined);
    }
  }
}
