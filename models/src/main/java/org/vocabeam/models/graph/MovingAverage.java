package org.vocabeam.models.graph;

import java.util.HashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.VariableSpec.Role;

/**
 * Parameters of a teacher. Each trained parameter moves towards the student's, {@code theta_T <- a
 * theta_T + (1 - a) theta_S} (OBoW section 3.3; BYOL eq. 1), once per step, before the teacher's
 * first forward pass reads it, and with the student's value from before the step's update. Running
 * statistics are the teacher's own.
 */
public final class MovingAverage implements Parameters {
  private final Ops tf;
  private final Variables variables;
  private final String studentScope;
  private final String teacherScope;
  private final Parameters own;
  private final Operand<TFloat32> studentShare;
  private final Map<String, Operand<TFloat32>> moved = new HashMap<>();

  /**
   * Makes a teacher's parameters.
   *
   * @param studentScope start of the names of the student's parameters
   * @param teacherScope start of the names of the teacher's parameters
   * @param studentShare scalar 1 - a, instead of a, which float32 would round
   */
  public MovingAverage(
      Ops tf,
      Variables variables,
      String studentScope,
      String teacherScope,
      Operand<TFloat32> studentShare) {
    this.tf = tf;
    this.variables = variables;
    this.studentScope = studentScope;
    this.teacherScope = teacherScope;
    this.own = variables.scope(teacherScope);
    this.studentShare = studentShare;
  }

  @Override
  public Precision precision() {
    return own.precision();
  }

  @Override
  public Operand<TFloat32> trained(String name, Initializer initializer, long... shape) {
    return moved.computeIfAbsent(
        name,
        n -> {
          Operand<TFloat32> student =
              variables.variable(studentScope, n, Role.TRAINED, initializer, shape);
          Operand<TFloat32> teacher =
              variables.variable(teacherScope, n, Role.AVERAGE, initializer, shape);
          Operand<TFloat32> step = tf.math.mul(studentShare, tf.math.sub(student, teacher));
          return variables.assign(teacherScope + n, tf.math.add(teacher, step));
        });
  }

  @Override
  public Operand<TFloat32> statistic(String name, Initializer initializer, long... shape) {
    return own.statistic(name, initializer, shape);
  }

  @Override
  public void moveStatistic(String name, Operand<TFloat32> value) {
    own.moveStatistic(name, value);
  }
}
