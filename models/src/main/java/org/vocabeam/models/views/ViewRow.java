package org.vocabeam.models.views;

import java.util.List;

/**
 * The parameters of one view while they are drawn: a part of a table, as long as the view has
 * parameters.
 */
final class ViewRow {
  private final List<ViewParameter> parameters;
  private final float[] table;
  private final int start;

  /** Starts a row with the neutral value of each parameter. */
  ViewRow(List<ViewParameter> parameters, float[] table, int start) {
    this.parameters = parameters;
    this.table = table;
    this.start = start;
    for (int i = 0; i < parameters.size(); i++) {
      table[start + i] = parameters.get(i).neutral();
    }
  }

  /** Returns whether the view has the parameter. */
  boolean has(ViewParameter parameter) {
    return parameters.contains(parameter);
  }

  /** Sets a parameter that the view has. */
  void set(ViewParameter parameter, double value) {
    table[start + parameters.indexOf(parameter)] = (float) value;
  }

  /** Multiplies a parameter that the view has, so that it does not matter which factor is first. */
  void scale(ViewParameter parameter, double factor) {
    table[start + parameters.indexOf(parameter)] *= (float) factor;
  }

  /** Takes over all parameters of a view of the same kind. */
  void take(ViewRow other) {
    System.arraycopy(other.table, other.start, table, start, parameters.size());
  }
}
