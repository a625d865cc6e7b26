package org.vocabeam.transforms.training;

import java.util.List;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.transforms.worker.Compute;
import org.vocabeam.transforms.worker.ProgramPool;

/**
 * Seconds of training steps on the machines of the workers: the first steps of an assignment are
 * taken with the program loaded, and only the seconds of each are kept, with the time that it
 * waited for its images.
 */
public final class TimeSteps extends PTransform<PBegin, PCollection<StepMetric>> {
  private static final long serialVersionUID = 1L;

  /** Name of the metric of the rows. */
  public static final String SECONDS = "seconds";

  /**
   * Steps that are not timed: caches are cold and code is not compiled yet. They take at most half
   * of the time, and are one at least.
   */
  public static final int WARM_UP = 12;

  private final Assignment assignment;
  private final long nanos;
  private final Compute compute;

  private TimeSteps(Assignment assignment, long nanos, Compute compute) {
    this.assignment = assignment;
    this.nanos = nanos;
    this.compute = compute;
  }

  /**
   * @param assignment its steps are the most that are taken, and are more than {@link #WARM_UP};
   *     targets may be missing, they are zeros then
   * @param seconds after which no further step is timed
   */
  public static TimeSteps of(Assignment assignment, double seconds, Compute compute) {
    return new TimeSteps(assignment, (long) (seconds * 1e9), compute);
  }

  @Override
  public PCollection<StepMetric> expand(PBegin input) {
    return input
        .apply(
            "Assignment",
            Create.of(List.of(assignment)).withCoder(SerializableCoder.of(Assignment.class)))
        .apply("Time", ParDo.of(new Time(nanos, compute)))
        .setCoder(StepMetric.TYPE.coder());
  }

  private static final class Time extends DoFn<Assignment, StepMetric> {
    private static final long serialVersionUID = 1L;

    private final long nanos;
    private final Compute compute;

    Time(long nanos, Compute compute) {
      this.nanos = nanos;
      this.compute = compute;
    }

    @ProcessElement
    public void time(@Element Assignment assignment, OutputReceiver<StepMetric> out) {
      try (BatchFeed batches = new BatchFeed(assignment, compute.threads());
          ProgramPool.Lease<Trainer> lease =
              TrainerProgram.lease(assignment.recipe(), compute.begin())) {
        Trainer trainer = lease.program();
        trainer.setState(trainer.initialState());
        try (StepFeed steps = new StepFeed(batches, trainer, assignment)) {
          time(steps, assignment.steps(), out);
        }
      }
    }

    private void time(StepFeed feed, long steps, OutputReceiver<StepMetric> out) {
      long start = System.nanoTime();
      for (long step = 0; step < steps; step++) {
        long before = System.nanoTime();
        try (Trainer.Ready ready = feed.next()) {
          ready.run();
        }
        long now = System.nanoTime();
        // Slow steps have compiled all code after few of them; the first one loads kernels.
        boolean isWarm = step >= WARM_UP || (step > 0 && now - start > nanos / 2);
        if (isWarm) {
          out.output(new StepMetric(step, 0, SECONDS, (float) ((now - before) / 1e9)));
          if (now - start > nanos) {
            return;
          }
        }
      }
    }
  }
}
