package org.vocabeam.models.graph;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.VariableSpec.Role;

/**
 * Variables of one graph, in the order of their making, and the updates that one run of a step
 * makes to them.
 *
 * <p>They are reference variables: a reader shares their buffer. So an operation that replaces a
 * value must run after all readers of the old one ({@link #after}), and a reader of the new value
 * reads the output of the assignment.
 *
 * <pre>{@code
 * Parameters student = variables.scope("student.");
 * Operand<TFloat32> weight = student.trained("fc.weight", Initializer.linear(64), 64, 10);
 * }</pre>
 */
public final class Variables {
  private final Ops tf;
  private final Map<String, VariableSpec> specs = new LinkedHashMap<>();
  private final Map<String, Variable<TFloat32>> variables = new LinkedHashMap<>();
  private final Map<String, Operand<TFloat32>> latest = new LinkedHashMap<>();
  private final List<Op> updates = new ArrayList<>();

  /** Makes an empty list for a graph. */
  public Variables(Ops tf) {
    this.tf = tf;
  }

  /** Returns all variables. */
  public List<VariableSpec> specs() {
    return List.copyOf(specs.values());
  }

  /** Returns the variables of a role. */
  public List<VariableSpec> specs(Role role) {
    return specs.values().stream().filter(spec -> spec.role() == role).toList();
  }

  /** Returns the variable of a name; the first call makes it. */
  public Variable<TFloat32> variable(
      String scope, String name, Role role, Initializer initializer, long... shape) {
    VariableSpec spec = new VariableSpec(scope + name, name, role, initializer, shape);
    VariableSpec known = specs.putIfAbsent(spec.name(), spec);
    if (known != null) {
      checkArgument(
          known.role() == role && Arrays.equals(known.shape(), shape),
          "variable %s is %s and cannot be %s too",
          spec.name(),
          known,
          spec);
      return variables.get(spec.name());
    }
    Variable<TFloat32> variable =
        tf.withName(spec.name()).variable(Shape.of(shape), TFloat32.class);
    variables.put(spec.name(), variable);
    return variable;
  }

  /** Returns an existing variable. */
  public Variable<TFloat32> get(String name) {
    checkArgument(variables.containsKey(name), "no variable %s", name);
    return variables.get(name);
  }

  /** Returns the value that readers see at this point of the step. */
  public Operand<TFloat32> latest(String name) {
    return latest.containsKey(name) ? latest.get(name) : get(name);
  }

  /**
   * Assigns a value as soon as it is known. Readers that are added to the graph later see the new
   * value.
   */
  public Operand<TFloat32> assign(String name, Operand<TFloat32> value) {
    Operand<TFloat32> assigned = tf.assign(get(name), value);
    latest.put(name, assigned);
    updates.add(assigned);
    return assigned;
  }

  /** Adds an operation that one run of the step has to execute. */
  public void update(Op operation) {
    updates.add(operation);
  }

  /** Returns all updates of a step, for the control dependencies of its outputs. */
  public List<Op> updates() {
    return List.copyOf(updates);
  }

  /** Returns operations that start when all of {@code readers} have finished. */
  public static Ops after(Ops tf, Iterable<? extends Op> readers) {
    List<Op> finished = new ArrayList<>();
    readers.forEach(finished::add);
    return tf.withControlDependencies(tf.withControlDependencies(finished).noOp());
  }

  /** Returns parameters that nothing moves, under names that start with {@code scope}. */
  public Parameters frozen(String scope) {
    return new Parameters() {
      @Override
      public Operand<TFloat32> trained(String name, Initializer initializer, long... shape) {
        return variable(scope, name, Role.FROZEN, initializer, shape);
      }

      @Override
      public Operand<TFloat32> statistic(String name, Initializer initializer, long... shape) {
        return variable(scope, name, Role.FROZEN, initializer, shape);
      }

      @Override
      public void moveStatistic(String name, Operand<TFloat32> value) {
        throw new IllegalStateException("a frozen network runs on its running statistics");
      }
    };
  }

  /** Returns the parameters whose names start with {@code scope}, which may be empty. */
  public Parameters scope(String scope) {
    return new Parameters() {
      @Override
      public Operand<TFloat32> trained(String name, Initializer initializer, long... shape) {
        return variable(scope, name, Role.TRAINED, initializer, shape);
      }

      @Override
      public Operand<TFloat32> statistic(String name, Initializer initializer, long... shape) {
        variable(scope, name, Role.STATISTIC, initializer, shape);
        return latest(scope + name);
      }

      @Override
      public void moveStatistic(String name, Operand<TFloat32> value) {
        assign(scope + name, value);
      }
    };
  }
}
