package org.vocabeam.models.graph;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.vocabeam.models.Seeds;

/**
 * One float32 variable of a program.
 *
 * @param name unique, with its scope: {@code student.layer1.0.conv1.weight}
 * @param unscoped the name without its scope; seeds the first values, so that a teacher starts as
 *     the copy of its student
 * @param role what it is for, which decides how replicas are combined
 * @param shape row-major; a scalar has no dimension
 */
public record VariableSpec(
    String name, String unscoped, Role role, Initializer initializer, long[] shape) {

  /** What a variable is for. */
  public enum Role {
    /** Learned by gradient descent. */
    TRAINED,
    /** Moves by itself: running mean and variance of batch norm, running distances. */
    STATISTIC,
    /** Average of a trained variable over time (a teacher's weight). */
    AVERAGE,
    /** Of a network that a step uses and never moves. */
    FROZEN,
    /** Of the optimizer. */
    MOMENTUM,
    /** Of the step that combines replicas: the momentum of a trained variable over rounds. */
    OUTER_MOMENTUM,
    /** Ring buffer; rows are the slots. */
    QUEUE,
    /** Next slot of a ring buffer, an integer held in a float (exact to 2^24). */
    POINTER
  }

  public int size() {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
  }

  /** The first values, a function of (seed, unscoped name). */
  public float[] initialValues(long seed) {
    float[] values = new float[size()];
    SplittableRandom random = Seeds.random(seed, "initial", unscoped);
    initializer.fill(values, random);
    return values;
  }
}
