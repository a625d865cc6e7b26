package org.vocabeam.transforms.training;

import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.Values;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.vocabeam.models.UserError;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Trainer;

/**
 * One round: every replica takes its steps from the same checkpoint, then the replicas are combined
 * variable by variable.
 */
public final class UpdateStudent extends PTransform<PBegin, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  /** The state after the round. */
  public static final TupleTag<VariableChunk> CHECKPOINT = new TupleTag<>("checkpoint");

  /** The metrics of every step of every replica. */
  public static final TupleTag<StepMetric> STEPS = new TupleTag<>("steps");

  private static final TupleTag<KV<String, KV<Integer, VariableChunk>>> REPLICAS =
      new TupleTag<>("replicas");

  private final List<Assignment> assignments;

  private UpdateStudent(List<Assignment> assignments) {
    this.assignments = assignments;
  }

  /** One assignment for every replica of the round. */
  public static UpdateStudent of(List<Assignment> assignments) {
    return new UpdateStudent(List.copyOf(assignments));
  }

  @Override
  public PCollectionTuple expand(PBegin input) {
    PCollectionTuple trained =
        input
            .apply(
                "Assignments",
                Create.of(assignments).withCoder(SerializableCoder.of(Assignment.class)))
            .apply(Reshuffle.viaRandomKey())
            .apply("Train", ParDo.of(new Train()).withOutputTags(REPLICAS, TupleTagList.of(STEPS)));
    PCollection<VariableChunk> combined =
        trained
            .get(REPLICAS)
            .setCoder(
                KvCoder.of(
                    StringUtf8Coder.of(), KvCoder.of(VarIntCoder.of(), VariableChunk.TYPE.coder())))
            .apply("CombineReplicas", Combine.perKey(new CombineReplicas()))
            .apply(Values.create())
            .setCoder(VariableChunk.TYPE.coder());
    return PCollectionTuple.of(CHECKPOINT, combined)
        .and(STEPS, trained.get(STEPS).setCoder(StepMetric.TYPE.coder()));
  }

  private static final class Train
      extends DoFn<Assignment, KV<String, KV<Integer, VariableChunk>>> {
    private static final long serialVersionUID = 1L;

    private final Counter steps = Metrics.counter("vocabeam", "steps");
    private final Counter images = Metrics.counter("vocabeam", "images");

    @ProcessElement
    public void train(@Element Assignment assignment, MultiOutputReceiver out) {
      Trainer trainer = Trainers.take(assignment.recipe());
      try {
        Recipe recipe = Methods.recipe(assignment.recipe());
        trainer.setState(startOf(assignment, trainer));
        ImageStream batches = new ImageStream(recipe, assignment);
        for (long i = 0; i < assignment.steps(); i++) {
          long step = assignment.firstStep() + i;
          float[] values = trainer.step(step, batches.next());
          check(recipe, trainer.metrics(), values, step, assignment.replica());
          for (int m = 0; m < values.length; m++) {
            out.get(STEPS)
                .output(
                    new StepMetric(
                        step, assignment.replica(), trainer.metrics().get(m), values[m]));
          }
          steps.inc();
          images.inc(recipe.batchSize());
          TrainingProgress.stepped(assignment.replica(), step, trainer.metrics(), values);
        }
        Map<String, float[]> state = trainer.state();
        for (VariableSpec spec : trainer.variables()) {
          for (VariableChunk chunk : VariableChunk.of(spec, state.get(spec.name()))) {
            out.get(REPLICAS).output(KV.of(chunk.id(), KV.of(assignment.replica(), chunk)));
          }
        }
      } finally {
        Trainers.giveBack(assignment.recipe(), trainer);
      }
    }

    private static Map<String, float[]> startOf(Assignment assignment, Trainer trainer) {
      if (assignment.checkpoint() == null) {
        return trainer.initialState();
      }
      Map<String, float[]> state = Checkpoint.read(assignment.checkpoint()).state();
      if (assignment.firstStep() == 0) {
        // Another run's: its momentum belongs to the end of another schedule.
        Map<String, float[]> first = trainer.initialState();
        for (VariableSpec spec : trainer.variables()) {
          if (spec.role() == VariableSpec.Role.MOMENTUM) {
            state.put(spec.name(), first.get(spec.name()));
          }
        }
      }
      return state;
    }

    private static void check(
        Recipe recipe, List<String> names, float[] values, long step, int replica) {
      for (int i = 0; i < values.length; i++) {
        if (!Float.isFinite(values[i])) {
          throw new UserError(
              String.format(
                  "%s is %s at step %d of replica %d; the checkpoint before this round is kept;"
                      + " lower --learningRate or add --warmupSteps in a new run",
                  names.get(i), values[i], step, replica));
        }
      }
      int spread = names.indexOf("embedding_std");
      if (spread >= 0 && values[spread] < recipe.collapseThreshold()) {
        throw new UserError(
            String.format(
                "collapse: embedding_std is %.3g at step %d of replica %d, below"
                    + " collapseThreshold, which is %s; the checkpoint before this round is kept",
                values[spread], step, replica, recipe.collapseThreshold()));
      }
    }
  }
}
