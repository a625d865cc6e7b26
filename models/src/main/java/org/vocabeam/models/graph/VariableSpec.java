package org.vocabeam.models.graph;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.vocabeam.models.Seeds;

/**
 * Description of one float32 variable of a program.
 *
 * @param name unique, with its scope: {@code student.layer1.0.conv1.weight}
 * @param unscoped name without its scope; seeds the first values, so that a teacher starts as a
 *     copy of its student
 * @param role purpose; decides how replicas are combined
 * @param initializer of the first values
 * @param shape row-major; a scalar has no dimension
 */
public record VariableSpec(
    String name, String unscoped, Role role, Initializer initializer, long[] shape) {

  /** Purpose of a variable. */
  public enum Role {
    /** Learned by gradient descent. */
    TRAINED,
    /** Moved by the step itself: running mean and variance of batch norm, running distances. */
    STATISTIC,
    /** Average of a trained variable over time (a teacher's weight). */
    AVERAGE,
    /** Parameter of a network that a step uses and never moves. */
    FROZEN,
    /** State of the optimizer. */
    MOMENTUM,
    /** Ring buffer; rows are the slots. */
    QUEUE,
    /** Next slot of a ring buffer, an integer held in a float (exact to 2^24). */
    POINTER,
    /** Factor of the loss in float16, and its state. */
    LOSS_SCALE,
    /** Sum inside of a step, 0 between steps; no part of a state. */
    SUM
  }

  /** Returns the number of values. */
  public int size() {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
  }

  /** Returns the first values, a function of (seed, unscoped name). */
  public float[] initialValues(long seed) {
    float[] values = new float[size()];
    SplittableRandom random = Seeds.random(seed, "initial", unscoped);
    initializer.fill(values, random);
    return values;
  }
}
