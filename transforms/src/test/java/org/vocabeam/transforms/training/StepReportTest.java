package org.vocabeam.transforms.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepReportTest {
  private static final StepReport REPORT =
      new StepReport(
          3, 41, List.of("loss", "embedding_std"), new float[] {0.1f, 2.5f}, 0.25, 26_500_000_000L);

  @Test
  void aDriverReadsWhatAReplicaHasWritten(@TempDir Path directory) throws Exception {
    String reports = directory.resolve("reports").toString();
    assertEquals(Optional.empty(), StepReport.read(reports, 3));
    REPORT.write(reports);
    StepReport read = StepReport.read(reports, 3).orElseThrow();
    assertEquals(3, read.replica());
    assertEquals(41, read.step());
    assertEquals(REPORT.names(), read.names());
    assertArrayEquals(REPORT.values(), read.values());
    assertEquals(0.25, read.waiting());
    assertEquals(26_500_000_000L, read.gpuBytes());
    assertEquals(Optional.empty(), StepReport.read(reports, 2));
    StepReport.remove(reports);
    assertTrue(Files.notExists(directory.resolve("reports")));
  }

  @Test
  void aMetricIsARow() {
    assertEquals(
        List.of(new StepMetric(41, 3, "loss", 0.1f), new StepMetric(41, 3, "embedding_std", 2.5f)),
        REPORT.rows().toList());
  }

  @Test
  void observersAreToldInTheirOrder() {
    List<String> told = new ArrayList<>();
    StepObserver each =
        StepObserver.each(
            List.of(step -> told.add("a" + step.step()), step -> told.add("b" + step.step())));
    TrainingProgress.listen(each);
    TrainingProgress.stepped(REPORT);
    TrainingProgress.ignore(each);
    TrainingProgress.stepped(REPORT);
    assertEquals(List.of("a41", "b41"), told);
  }
}
