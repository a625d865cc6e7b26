package org.vocabeam.transforms.teacher;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.features.PixelTeacher.CELLS;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.bownet.BagTarget;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.targets.TargetRecord;

/** {@link AssignTargets}: exact records. */
class AssignTargetsTest extends TeacherStores {
  private static List<TargetRecord> targets(String split, BagTarget.Kind kind) {
    List<TargetRecord> rows = new ArrayList<>();
    for (String id : ids(split)) {
      Map<Integer, Integer> counts = new TreeMap<>();
      for (int cell = 0; cell < CELLS; cell++) {
        counts.merge(nearest(id, cell).word(), 1, Integer::sum);
      }
      List<Float> weights = new ArrayList<>();
      for (int count : counts.values()) {
        weights.add(kind == BagTarget.Kind.HISTOGRAM ? count / 16f : (float) (1.0 / counts.size()));
      }
      rows.add(new TargetRecord(id, List.copyOf(counts.keySet()), weights));
    }
    return rows;
  }

  private static AssignTargets assign(List<RowGroup> groups, String split, BagTarget.Kind kind) {
    return AssignTargets.of(groups, split, cells, codebook, kind);
  }

  @Test
  void targetsAreHistogramsOfTheNearestWords() {
    List<TargetRecord> expected = targets("train", BagTarget.Kind.HISTOGRAM);
    assertTrue(
        expected.stream().map(TargetRecord::weights).distinct().count() > 10, expected.toString());
    assertGives(expected, assign(groups, "train", BagTarget.Kind.HISTOGRAM));
  }

  @Test
  void binaryTargetsWeighEveryWordTheSame() {
    List<TargetRecord> expected = targets(null, BagTarget.Kind.BINARY);
    assertNotEquals(expected, targets(null, BagTarget.Kind.HISTOGRAM));
    assertGives(expected, assign(groups, null, BagTarget.Kind.BINARY));
  }

  @Test
  void aRetriedRowGroupGivesTheSameTargets() {
    assertGives(
        twice(targets("test", BagTarget.Kind.HISTOGRAM)),
        assign(twice(), "test", BagTarget.Kind.HISTOGRAM));
  }

  @Test
  void noImagesGiveNoTargets() {
    assertGives(List.of(), assign(List.of(), null, BagTarget.Kind.HISTOGRAM));
    assertGives(List.of(), assign(groups, "none", BagTarget.Kind.HISTOGRAM));
  }
}
