package org.vocabeam.pipelines.inputs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableSortedMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vocabeam.transforms.image.Rejection;

class RejectedFilesTest {
  private static RejectedFiles rejected(Rejection reason, long count, String... examples) {
    return new RejectedFiles(
        ImmutableSortedMap.of(reason.reason(), new RejectedFiles.Reason(count, List.of(examples))));
  }

  @Test
  void aDamagedArchiveIsWarnedOfBecauseItHasManyImages() {
    assertEquals(
        List.of(
            "Warning:   images are missing behind the damage in 1 archives or tables (a.tar); fetch"
                + " or make them again"),
        rejected(Rejection.DAMAGED, 1, "a.tar").warning(100, "rejected").lines().toList());
    assertEquals("", rejected(Rejection.EMPTY, 1, "a.png").warning(100, "rejected"));
  }

  @Test
  void moreRejectedThanTakenIsWarnedOf() {
    assertEquals(
        List.of(
            "Warning:   5 of 9 files were not taken: 5 no content (a.png, b.png, c.png, ...); see"
                + " ./vocabeam inspect rejected --full, and convert what is needed"),
        rejected(Rejection.EMPTY, 5, "a.png", "b.png", "c.png")
            .warning(4, "rejected")
            .lines()
            .toList());
  }
}
