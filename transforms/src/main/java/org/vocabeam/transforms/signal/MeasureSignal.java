package org.vocabeam.transforms.signal;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vocabeam.models.evaluate.Signal;
import org.vocabeam.models.evaluate.Unmeasurable;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.training.Encoder;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.metrics.WorkerGauge;
import org.vocabeam.transforms.metrics.WorkerMetric;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.training.StepMetric;
import org.vocabeam.transforms.training.TrainingStopped;
import org.vocabeam.transforms.worker.Compute;
import org.vocabeam.transforms.worker.ProgramPool;

/**
 * {@link Signal} of the state after a round, by one worker: the state's chunks become rows of the
 * store of steps, with the round's last step.
 *
 * <pre>{@code
 * PCollection<StepMetric> signal =
 *     updated
 *         .get(UpdateStudent.CHECKPOINT)
 *         .apply(MeasureSignal.of(sample, recipe, lastStep).on(compute));
 * }</pre>
 */
public final class MeasureSignal
    extends PTransform<PCollection<VariableChunk>, PCollection<StepMetric>> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(MeasureSignal.class);

  private final SignalSample sample;
  private final Recipe recipe;
  private final long step;
  private final @Nullable String reports;
  private final Compute compute;

  private MeasureSignal(
      SignalSample sample, Recipe recipe, long step, @Nullable String reports, Compute compute) {
    this.sample = sample;
    this.recipe = recipe;
    this.step = step;
    this.reports = reports;
    this.compute = compute;
  }

  /**
   * Measures on the CPU.
   *
   * @param sample images that are embedded
   * @param recipe of the run
   * @param step last one of the round, counted from 0 over the whole run
   */
  public static MeasureSignal of(SignalSample sample, Recipe recipe, long step) {
    return new MeasureSignal(sample, recipe, step, null, Compute.CPU);
  }

  /**
   * Lets the worker report what the signal costs.
   *
   * @param directory of the {@link SignalCost}
   */
  public MeasureSignal reportingTo(String directory) {
    return new MeasureSignal(sample, recipe, step, directory, compute);
  }

  /** Sets where features are computed. */
  public MeasureSignal on(Compute choice) {
    return new MeasureSignal(sample, recipe, step, reports, choice);
  }

  @Override
  public PCollection<StepMetric> expand(PCollection<VariableChunk> state) {
    return state
        .apply("Student", Filter.by(chunk -> chunk.variable().startsWith(Method.STUDENT)))
        .apply("OneWorker", WithKeys.of(0))
        .setCoder(KvCoder.of(VarIntCoder.of(), VariableChunk.TYPE.coder()))
        .apply(GroupByKey.create())
        .apply("Measure", ParDo.of(new Measure(sample, recipe, step, reports, compute)))
        .setCoder(StepMetric.TYPE.coder());
  }

  /** Network of a recipe; its weights are set by whoever leases it. */
  private record SignalProgram(Recipe recipe, DeviceChoice device)
      implements ProgramPool.Program<Encoder> {
    /** Small, because a row group has few of the drawn images. */
    private static final int BATCH = 64;

    @Override
    public Encoder load() {
      return Encoder.of(recipe, null, Pooling.GLOBAL, BATCH, device);
    }

    @Override
    public Object work() {
      return recipe;
    }
  }

  private static final class Measure
      extends DoFn<KV<Integer, Iterable<VariableChunk>>, StepMetric> {
    private static final long serialVersionUID = 1L;

    private final SignalSample sample;
    private final Recipe recipe;
    private final long step;
    private final @Nullable String reports;
    private final Compute compute;
    private final WorkerGauge neighbours = WorkerGauge.of(WorkerMetric.NEIGHBOURS);
    private final WorkerGauge rankme = WorkerGauge.of(WorkerMetric.RANKME);

    Measure(
        SignalSample sample, Recipe recipe, long step, @Nullable String reports, Compute compute) {
      this.sample = sample;
      this.recipe = recipe;
      this.step = step;
      this.reports = reports;
      this.compute = compute;
    }

    @ProcessElement
    public void measure(
        @Element KV<Integer, Iterable<VariableChunk>> student, OutputReceiver<StepMetric> out)
        throws IOException {
      long start = System.nanoTime();
      Signal signal = signal(VariableChunk.join(student.getValue()));
      signal
          .neighbours()
          .ifPresent(
              accuracy -> {
                neighbours.set(accuracy);
                out.output(row(Signal.NEIGHBOURS, accuracy));
              });
      rankme.set(signal.rankme());
      out.output(row(Signal.RANKME, signal.rankme()));
      double seconds = (System.nanoTime() - start) / 1e9;
      LOG.info(
          "Signal after step {}: {} in {} s",
          step,
          signal,
          String.format(Locale.ROOT, "%.3f", seconds));
      if (reports != null) {
        new SignalCost(seconds).write(reports);
      }
    }

    /** Returns a row that the first replica might have written. */
    private StepMetric row(String metric, double value) {
      return new StepMetric(step, 0, metric, (float) value);
    }

    private Signal signal(Map<String, float[]> state) throws IOException {
      try (ProgramPool.Lease<Encoder> lease =
          ProgramPool.lease(new SignalProgram(recipe, compute.begin()))) {
        Encoder encoder = lease.program();
        encoder.setState(state);
        return Signal.of(features(encoder), encoder.width(), sample.labels(), sample.classes());
      } catch (Unmeasurable e) {
        throw new TrainingStopped(
            String.format(
                "the features after step %d cannot be measured: %s; the checkpoint before this"
                    + " round is kept; lower learningRate or add warmupSteps in a new run",
                step, e.getMessage()));
      }
    }

    /** Returns the features of the sample in its order, {@code [images, width]}. */
    private float[] features(Encoder encoder) throws IOException {
      Map<String, Integer> places = new HashMap<>();
      for (String id : sample.ids()) {
        places.put(id, places.size());
      }
      int width = encoder.width();
      float[] features = new float[Math.multiplyExact(places.size(), width)];
      // Not closed: its encoder goes back to the pool.
      FeatureSource.Extractor extractor =
          new FeatureSource.Extractor(encoder, recipe.images(), compute.threads());
      for (RowGroup group : sample.groups()) {
        extractor.extractWhere(
            group,
            image -> places.containsKey(image.id()),
            (images, values) -> put(images, values, width, places, features));
      }
      return features;
    }

    private static void put(
        List<ImageRecord> images,
        float[] values,
        int width,
        Map<String, Integer> places,
        float[] features) {
      for (int i = 0; i < images.size(); i++) {
        int place = places.get(images.get(i).id());
        System.arraycopy(values, i * width, features, place * width, width);
      }
    }
  }
}
