package org.vocabeam.transforms.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.training.CollapseSign;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.worker.Compute;
import org.vocabeam.transforms.worker.ProgramPool;

/**
 * One round: every replica takes its steps from the same checkpoint, then the replicas are combined
 * variable by variable.
 *
 * <pre>{@code
 * PCollectionTuple updated = pipeline.apply(UpdateStudent.of(assignments).on(compute));
 * updated.get(UpdateStudent.CHECKPOINT).apply(WriteStore.to(VariableChunk.TYPE, checkpoint));
 * updated.get(UpdateStudent.STEPS).apply(WriteStore.to(StepMetric.TYPE, steps));
 * }</pre>
 */
public final class UpdateStudent extends PTransform<PBegin, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  /** Tag of the state after the round. */
  public static final TupleTag<VariableChunk> CHECKPOINT = new TupleTag<>("checkpoint");

  /** Tag of the metrics of every step of every replica. */
  public static final TupleTag<StepMetric> STEPS = new TupleTag<>("steps");

  private static final Logger LOG = LoggerFactory.getLogger(UpdateStudent.class);
  private static final String KEPT = "the checkpoint before this round is kept";

  private static final TupleTag<KV<String, KV<Integer, VariableChunk>>> REPLICAS =
      new TupleTag<>("replicas");

  private final List<Assignment> assignments;
  private final @Nullable String reports;
  private final Compute compute;

  private UpdateStudent(List<Assignment> assignments, @Nullable String reports, Compute compute) {
    this.assignments = assignments;
    this.reports = reports;
    this.compute = compute;
  }

  /** Trains one assignment for every replica of the round, on the CPU. */
  public static UpdateStudent of(List<Assignment> assignments) {
    return new UpdateStudent(List.copyOf(assignments), null, Compute.CPU);
  }

  /**
   * Lets every replica report its steps, every other second.
   *
   * @param directory of the {@link StepReport}s
   */
  public UpdateStudent reportingTo(String directory) {
    return new UpdateStudent(assignments, directory, compute);
  }

  /** Sets where steps are computed; assignments do not say, because the task is the same. */
  public UpdateStudent on(Compute choice) {
    return new UpdateStudent(assignments, reports, choice);
  }

  @Override
  public PCollectionTuple expand(PBegin input) {
    PCollectionTuple trained =
        input
            .apply(
                "Assignments",
                Create.of(assignments).withCoder(SerializableCoder.of(Assignment.class)))
            .apply(Reshuffle.viaRandomKey())
            .apply(
                "Train",
                ParDo.of(new Train(reports, compute))
                    .withOutputTags(REPLICAS, TupleTagList.of(STEPS)));
    PCollection<VariableChunk> combined =
        trained
            .get(REPLICAS)
            .setCoder(
                KvCoder.of(
                    StringUtf8Coder.of(), KvCoder.of(VarIntCoder.of(), VariableChunk.TYPE.coder())))
            .apply(new CombineReplicas());
    return PCollectionTuple.of(CHECKPOINT, combined)
        .and(STEPS, trained.get(STEPS).setCoder(StepMetric.TYPE.coder()));
  }

  private static final class Train
      extends DoFn<Assignment, KV<String, KV<Integer, VariableChunk>>> {
    private static final long serialVersionUID = 1L;

    private final @Nullable String reports;
    private final Compute compute;
    private final StepCounters counters = new StepCounters();

    Train(@Nullable String reports, Compute compute) {
      this.reports = reports;
      this.compute = compute;
    }

    @ProcessElement
    public void train(@Element Assignment assignment, MultiOutputReceiver out) {
      Laps laps = new Laps();
      Recipe recipe = assignment.recipe();
      try (BatchFeed batches = new BatchFeed(assignment, compute.threads());
          ProgramPool.Lease<Trainer> lease = TrainerProgram.lease(recipe, compute.begin())) {
        Trainer trainer = lease.program();
        laps.end("program");
        start(assignment, trainer, laps);
        StepObserver observer = observer(recipe, out);
        long peak = 0;
        try (StepFeed steps = new StepFeed(batches, trainer, assignment)) {
          for (long i = 0; i < assignment.steps(); i++) {
            try (Trainer.Ready step = steps.next()) {
              if (i == 0) {
                laps.end("first images");
              }
              float[] values;
              if (trainer.isOnGpu() && i == recordedStep(assignment)) {
                Program.Recorded recorded = step.recorded();
                values = recorded.output();
                peak = recorded.peakBytesOfGpu();
              } else {
                values = step.run();
              }
              observer.stepped(
                  new StepReport(
                      assignment.replica(),
                      assignment.firstStep() + i,
                      trainer.metrics(),
                      values,
                      steps.waiting(),
                      peak));
            }
          }
          laps.end("steps");
          if (peak > 0) {
            laps.remark(String.format(Locale.ROOT, "%.1f GB of GPU memory in use", peak / 1e9));
          }
          laps.remark(
              String.format(
                  Locale.ROOT, "of it %.1f %% waiting for images", 100 * steps.waiting()));
        }
        Map<String, float[]> state = trainer.state();
        laps.end("state read");
        for (VariableSpec spec : trainer.variables()) {
          for (VariableChunk chunk : VariableChunk.of(spec, state.get(spec.name()))) {
            out.get(REPLICAS).output(KV.of(chunk.id(), KV.of(assignment.replica(), chunk)));
          }
        }
        laps.end("state handed on");
        LOG.info("Replica {} from step {}: {}", assignment.replica(), assignment.firstStep(), laps);
      }
    }

    /** Returns the second step of the round: the first one also tries kernels out. */
    private static long recordedStep(Assignment assignment) {
      return Math.min(1, assignment.steps() - 1);
    }

    /** Returns the observers of every step, in their order. */
    private StepObserver observer(Recipe recipe, MultiOutputReceiver out) {
      List<StepObserver> observers = new ArrayList<>();
      observers.add(step -> check(recipe, step));
      observers.add(step -> step.rows().forEach(out.get(STEPS)::output));
      observers.add(step -> counters.add(step, recipe.batchSize()));
      observers.add(TrainingProgress::stepped);
      if (reports != null) {
        observers.add(new StepFile(reports));
      }
      return StepObserver.each(observers);
    }

    private static void start(Assignment assignment, Trainer trainer, Laps laps) {
      Map<String, float[]> checkpoint =
          assignment.start() == null ? null : assignment.start().read(trainer.variables());
      laps.end("checkpoint read");
      trainer.setState(
          StartState.of(assignment)
              .values(trainer.variables(), trainer::initialValues, checkpoint));
      laps.end("state set");
    }
  }

  /** Returns further signs of collapse that a step shows, behind the first. */
  private static String others(Recipe recipe, StepReport step) {
    Map<String, Double> metrics = new TreeMap<>();
    for (int i = 0; i < step.values().length; i++) {
      metrics.put(step.names().get(i), (double) step.values()[i]);
    }
    metrics.remove(Loss.EMBEDDING_STD);
    Map<String, String> seen = CollapseSign.seen(recipe, metrics);
    return seen.isEmpty() ? "" : "; beside it, " + String.join("; ", seen.values());
  }

  /** Stops a run that would end in the same way however often it is repeated. */
  static void check(Recipe recipe, StepReport step) {
    float[] values = step.values();
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new TrainingStopped(
            String.format(
                "%s is %s at step %d of replica %d; %s; lower learningRate or add warmupSteps%s"
                    + " in a new run",
                step.names().get(i),
                values[i],
                step.step(),
                step.replica(),
                KEPT,
                recipe.precision() == Precision.FLOAT16 ? " or set precision to bfloat16" : ""));
      }
    }
    int scale = step.names().indexOf(Loss.LOSS_SCALE);
    if (scale >= 0 && values[scale] < 1) {
      throw new TrainingStopped(
          String.format(
              "no loss scale gives finite gradients: it is %s at step %d of replica %d; %s; set"
                  + " precision to bfloat16 in a new run",
              values[scale], step.step(), step.replica(), KEPT));
    }
    int spread = step.names().indexOf(Loss.EMBEDDING_STD);
    if (spread >= 0 && values[spread] < recipe.collapseThreshold()) {
      throw new TrainingStopped(
          String.format(
              "collapse: embedding_std is %.3g at step %d of replica %d, below"
                  + " collapseThreshold, which is %s; %s; %s in a new run%s",
              values[spread],
              step.step(),
              step.replica(),
              recipe.collapseThreshold(),
              KEPT,
              recipe.method().againstCollapse(),
              others(recipe, step)));
    }
  }
}
