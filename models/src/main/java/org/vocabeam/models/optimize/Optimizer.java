package org.vocabeam.models.optimize;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.Variables;

/**
 * Rule by which a gradient moves a parameter. A recipe names one:
 *
 * <pre>{@code
 * Optimizer optimizer = new AdamW(0.9, 0.999, 1e-8, 0.05);
 * }</pre>
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Sgd.class, name = "sgd"),
  @JsonSubTypes.Type(value = Lars.class, name = "lars"),
  @JsonSubTypes.Type(value = Larc.class, name = "larc"),
  @JsonSubTypes.Type(value = AdamW.class, name = "adamw")
})
public interface Optimizer extends Serializable {
  /** Returns the gradients of all parameters, of a limited length if the optimizer has a limit. */
  default List<Operand<TFloat32>> limited(Ops tf, List<Operand<TFloat32>> gradients) {
    return gradients;
  }

  /**
   * Adds the update of one parameter to the step's updates.
   *
   * @param tf operations that run when nothing reads the parameter's old value any more ({@link
   *     Variables#after})
   * @param parameter of role TRAINED
   * @param gradient of the loss, {@link #limited}, without weight decay, in the parameter's shape
   * @param schedule this step's rate and number
   */
  void update(
      Ops tf,
      Variables variables,
      VariableSpec parameter,
      Operand<TFloat32> gradient,
      Schedule schedule);

  /**
   * Inputs of an update that change from step to step.
   *
   * @param learningRate scalar
   * @param step scalar, the number of this step of the run, counted from 1
   * @param steps of the run
   */
  record Schedule(Operand<TFloat32> learningRate, Operand<TFloat32> step, long steps) {
    /** Makes inputs in a run without an end, in which nothing but the rate changes. */
    public Schedule(Operand<TFloat32> learningRate, Operand<TFloat32> step) {
      this(learningRate, step, Long.MAX_VALUE);
    }
  }
}
