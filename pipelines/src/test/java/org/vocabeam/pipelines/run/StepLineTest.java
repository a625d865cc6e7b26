package org.vocabeam.pipelines.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vocabeam.pipelines.runner.Progress;
import org.vocabeam.transforms.training.StepReport;

class StepLineTest {
  private static StepReport report(int replica, long step, long gpuBytes) {
    return new StepReport(replica, step, List.of("loss"), new float[] {1}, 0, gpuBytes);
  }

  @Test
  void theReplicaWithTheMostGpuMemoryCounts() {
    try (Progress progress = Progress.start("Training", 0, 4)) {
      StepLine line = new StepLine(progress, 0, 8);
      line.stepped(report(0, 0, 0));
      assertEquals(0, line.gpuBytes());
      line.stepped(report(1, 1, 26));
      line.stepped(report(0, 1, 25));
      line.stepped(report(1, 2, 0)); // the next round, before its recorded step
      assertEquals(26, line.gpuBytes());
    }
  }
}
