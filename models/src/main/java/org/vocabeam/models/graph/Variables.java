package org.vocabeam.models.graph;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.AssignVariableOp;
import org.tensorflow.op.core.SwitchCond;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;
import org.vocabeam.models.graph.VariableSpec.Role;

/**
 * Variables of one graph, in the order of their making, and the updates that one run of a step
 * makes to them.
 *
 * <p>They are resource variables, and every one is read by a single operation: all readers of a
 * step see the same value, whatever is assigned meanwhile. Nothing is copied: an assignment hands
 * the new buffer over, and the old one lives as long as a reader needs it. Only an operation that
 * changes a variable in place ({@link #handle}) would copy, as long as a reader holds the value, so
 * that it runs behind all of them ({@link #after}).
 *
 * <pre>{@code
 * Parameters student = variables.scope("student.");
 * Operand<TFloat32> weight = student.trained("fc.weight", Initializer.linear(64), 64, 10);
 * }</pre>
 */
public final class Variables {
  private final Ops tf;
  private final Precision precision;
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final Map<String, Operand<TFloat32>> latest = new LinkedHashMap<>();
  private final Map<String, Op> updates = new LinkedHashMap<>();

  private final Map<String, Operand<TBool>> statisticsMove = new HashMap<>();

  private Operand<TInt32> seed;
  private int noises;

  /**
   * A variable of the graph.
   *
   * @param stored read of the variable itself
   * @param value in this step: what is stored, or what the step starts from instead
   */
  private record Variable(
      VariableSpec spec, VarHandleOp handle, Operand<TFloat32> stored, Operand<TFloat32> value) {}

  /**
   * Makes an empty list for a graph.
   *
   * @param precision in which layers compute with the variables
   */
  public Variables(Ops tf, Precision precision) {
    this.tf = tf;
    this.precision = precision;
  }

  /** Returns the precision in which layers compute with the variables. */
  public Precision precision() {
    return precision;
  }

  /**
   * Gives noise to the layers of trained networks that are authored from here on.
   *
   * @param stepSeed {@code [2]}, another one in every step
   */
  public void addNoise(Operand<TInt32> stepSeed) {
    seed = stepSeed;
  }

  /** Returns all variables. */
  public List<VariableSpec> specs() {
    return variables.values().stream().map(Variable::spec).toList();
  }

  /** Returns the variables whose values are kept from step to step. */
  public List<VariableSpec> state() {
    return specs().stream().filter(spec -> spec.role() != Role.SUM).toList();
  }

  /** Returns the variables of a role. */
  public List<VariableSpec> specs(Role role) {
    return specs().stream().filter(spec -> spec.role() == role).toList();
  }

  /**
   * Returns the value that the variable of a name has before the step; the first call makes the
   * variable.
   */
  public Operand<TFloat32> variable(
      String scope, String name, Role role, Initializer initializer, long... shape) {
    VariableSpec spec = new VariableSpec(scope + name, name, role, initializer, shape);
    Variable known = variables.computeIfAbsent(spec.name(), n -> make(spec));
    checkArgument(
        known.spec().role() == role && Arrays.equals(known.spec().shape(), shape),
        "variable %s is %s and cannot be %s too",
        spec.name(),
        known.spec(),
        spec);
    return known.value();
  }

  private Variable make(VariableSpec spec) {
    VarHandleOp handle =
        tf.withName(spec.name())
            .varHandleOp(
                TFloat32.class, Shape.of(spec.shape()), VarHandleOp.sharedName(spec.name()));
    Operand<TFloat32> stored = tf.readVariableOp(handle, TFloat32.class);
    return new Variable(spec, handle, stored, stored);
  }

  /** Returns the value that an existing variable has before the step. */
  public Operand<TFloat32> get(String name) {
    return existing(name).value();
  }

  /** Returns the value that an existing variable has between steps, as checkpoints keep it. */
  public Operand<TFloat32> stored(String name) {
    return existing(name).stored();
  }

  /**
   * Replaces an existing variable before the step: gradients are those of the new value, and the
   * optimizer moves it.
   *
   * @param value made of what is {@link #stored}
   */
  public void startFrom(String name, Operand<TFloat32> value) {
    Variable known = existing(name);
    updates.put(
        name, tf.withControlDependencies(known.stored()).assignVariableOp(known.handle(), value));
    variables.put(name, new Variable(known.spec(), known.handle(), known.stored(), value));
  }

  /** Returns an existing variable itself, for operations that change it. */
  public Operand<? extends TType> handle(String name) {
    return existing(name).handle();
  }

  private Variable existing(String name) {
    checkArgument(variables.containsKey(name), "no variable %s", name);
    return variables.get(name);
  }

  /** Returns the value that readers see at this point of the step. */
  private Operand<TFloat32> latest(String name) {
    return latest.getOrDefault(name, get(name));
  }

  /**
   * Assigns a value as soon as it is known. Of several values of a step the last one stays.
   *
   * @return the value; statistics that are asked for from here on are it
   */
  public Operand<TFloat32> assign(String name, Operand<TFloat32> value) {
    latest.put(name, value);
    AssignVariableOp assigned =
        tf.withControlDependencies(get(name)).assignVariableOp(handle(name), value);
    updates.put(name, assigned);
    return value;
  }

  /** Adds the operation that changes a variable in place; one run of the step has to execute it. */
  public void update(String name, Op operation) {
    updates.put(name, operation);
  }

  /** Returns all updates of a step, for the control dependencies of its outputs. */
  public List<Op> updates() {
    return List.copyOf(updates.values());
  }

  /** Returns the updates that an author adds. */
  public List<Op> updatesOf(Runnable author) {
    List<Op> before = updates();
    author.run();
    List<Op> added = new ArrayList<>(updates());
    added.removeAll(before);
    return added;
  }

  /**
   * Authors updates that run only if a condition holds; otherwise all that they change stays as it
   * is, byte by byte.
   *
   * @param after operations behind all readers of what the updates change
   * @param author authors the updates, from operations that run only if the condition holds
   */
  public void onlyIf(Ops after, Operand<TBool> condition, Consumer<Ops> author) {
    // An operation that waits for the branch not taken does not run.
    SwitchCond<TBool> branch = after.switchCond(condition, condition);
    Operand<TBool> taken = after.identity(branch.outputTrue());
    List<Op> guarded = updatesOf(() -> author.accept(tf.withControlDependencies(taken)));
    Operand<TBool> updated = tf.withControlDependencies(guarded).identity(taken);
    Op ended = tf.merge(List.of(updated, branch.outputFalse()));
    updates.replaceAll((name, update) -> guarded.contains(update) ? ended : update);
  }

  /**
   * Lets running statistics move only if a condition holds; networks that are authored from here on
   * keep theirs otherwise, and normalise as they always do.
   *
   * @param scopes of the networks
   */
  public void moveStatisticsOnlyIf(Operand<TBool> condition, Collection<String> scopes) {
    scopes.forEach(scope -> statisticsMove.put(scope, condition));
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
      public Precision precision() {
        return precision;
      }

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
      public Precision precision() {
        return precision;
      }

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
        Operand<TBool> moves = statisticsMove.get(scope);
        assign(scope + name, moves == null ? value : tf.select(moves, value, latest(scope + name)));
      }

      @Override
      public Optional<Operand<TInt32>> noise() {
        return Optional.ofNullable(seed)
            .map(step -> tf.math.add(step, tf.constant(new int[] {noises++, 0})));
      }
    };
  }
}
