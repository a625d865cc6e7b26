package org.vocabeam.transforms.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Partition;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.checkpoint.VariableChunk;

/**
 * Moves the running statistics of the combined student on, by forward passes on some batches. One
 * worker has the student's weights in memory for it, as every replica had; all other variables go
 * by.
 */
public final class EstimateStatistics
    extends PTransform<PCollection<VariableChunk>, PCollection<VariableChunk>> {
  private static final long serialVersionUID = 1L;

  private final Assignment batches;
  private final DeviceChoice device;

  private EstimateStatistics(Assignment batches, DeviceChoice device) {
    this.batches = batches;
    this.device = device;
  }

  /**
   * @param batches the images; as many batches as it has steps
   * @param device where they are seen
   */
  public static EstimateStatistics on(Assignment batches, DeviceChoice device) {
    return new EstimateStatistics(batches, device);
  }

  private static boolean isSeen(String variable, Role role) {
    return variable.startsWith(Method.STUDENT) && (role == Role.TRAINED || role == Role.STATISTIC);
  }

  @Override
  public PCollection<VariableChunk> expand(PCollection<VariableChunk> chunks) {
    PCollectionList<VariableChunk> parts =
        chunks.apply(
            "Student",
            Partition.of(2, (chunk, count) -> isSeen(chunk.variable(), chunk.role()) ? 0 : 1));
    PCollection<VariableChunk> estimated =
        parts
            .get(0)
            .apply(WithKeys.of(Method.STUDENT))
            .apply(GroupByKey.create())
            .apply("Estimate", ParDo.of(new Estimate(batches, device)))
            .setCoder(VariableChunk.TYPE.coder());
    return PCollectionList.of(estimated).and(parts.get(1)).apply(Flatten.pCollections());
  }

  private static final class Estimate
      extends DoFn<KV<String, Iterable<VariableChunk>>, VariableChunk> {
    private static final long serialVersionUID = 1L;

    private final Assignment batches;
    private final DeviceChoice device;

    Estimate(Assignment batches, DeviceChoice device) {
      this.batches = batches;
      this.device = device;
    }

    @ProcessElement
    public void estimate(
        @Element KV<String, Iterable<VariableChunk>> student, OutputReceiver<VariableChunk> out) {
      List<VariableChunk> chunks = new ArrayList<>();
      student.getValue().forEach(chunks::add);
      Trainer trainer = Trainers.take(batches.recipe(), device);
      try {
        Map<String, float[]> state = new LinkedHashMap<>(trainer.initialState());
        state.putAll(Checkpoint.state(chunks));
        trainer.setState(state);
        ImageStream stream = new ImageStream(Methods.recipe(batches.recipe()), batches);
        for (long i = 0; i < batches.steps(); i++) {
          trainer.observe(batches.firstStep() + i, stream.next());
        }
        Map<String, float[]> observed = trainer.state();
        for (VariableSpec spec : trainer.variables()) {
          if (isSeen(spec.name(), spec.role())) {
            VariableChunk.of(spec, observed.get(spec.name())).forEach(out::output);
          }
        }
      } finally {
        Trainers.giveBack(batches.recipe(), device, trainer);
      }
    }
  }
}
