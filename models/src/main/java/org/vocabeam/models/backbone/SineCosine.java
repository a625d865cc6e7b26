package org.vocabeam.models.backbone;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Fixed positions of a grid, sines and cosines of column and row (Chen et al. 2021, "MoCo v3";
 * reference code of MOCA, {@code get_2d_sincos_pos_embed}).
 *
 * <pre>{@code
 * float[] positions = SineCosine.table(14, 14, 768);
 * }</pre>
 */
public final class SineCosine {
  /** Ratio of the longest to the shortest wave. */
  private static final double WAVES = 10_000;

  private SineCosine() {}

  /**
   * Returns the positions: a first row of zeros for the class token, then one row for every cell,
   * row by row: sines and cosines of its column, then those of its row.
   *
   * @param width a multiple of 4
   * @return {@code [1 + rows * columns, width]}, row-major
   */
  public static float[] table(int rows, int columns, int width) {
    checkArgument(width > 0 && width % 4 == 0, "width is %s, must be a multiple of 4", width);
    float[] table = new float[(1 + rows * columns) * width];
    int quarter = width / 4;
    for (int cell = 0; cell < rows * columns; cell++) {
      int row = cell / columns;
      int first = (1 + cell) * width;
      for (int i = 0; i < quarter; i++) {
        double frequency = StrictMath.pow(WAVES, -(double) i / quarter);
        double across = cell % columns * frequency;
        double down = row * frequency;
        table[first + i] = (float) StrictMath.sin(across);
        table[first + quarter + i] = (float) StrictMath.cos(across);
        table[first + 2 * quarter + i] = (float) StrictMath.sin(down);
        table[first + 3 * quarter + i] = (float) StrictMath.cos(down);
      }
    }
    return table;
  }
}
