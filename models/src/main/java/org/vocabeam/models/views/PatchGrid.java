package org.vocabeam.models.views;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.CropAndResize;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.UserError;

/**
 * OBoW's patches (reference code {@code CropImagePatches}): the image is cut once to {@code
 * baseSize} and coloured as a whole; the views are pixel-exact patches of it. Cell (i, j) of the
 * {@code grid} x {@code grid} cells starts at {@code cell * (i, j)} plus 0 to {@code jitter} pixels
 * each way. Views of one image show different cells, in random order; as many views as cells show
 * them row by row, as tiles.
 *
 * @param base crop of the image
 * @param baseSize side of the crop that is cut, in pixels
 * @param grid cells of a row, and rows; 1 to 64
 * @param cell distance between the starts of cells, in pixels
 * @param jitter in pixels
 */
public record PatchGrid(RandomResizedCrop base, int baseSize, int grid, int cell, int jitter)
    implements Geometry {

  /** Corner of the patch in the base crop, whole pixels. */
  static final ViewParameter Y = ViewParameter.ofGeometry("patchY");

  static final ViewParameter X = ViewParameter.ofGeometry("patchX");

  public PatchGrid {
    new Range(1, 1 << 14).check("baseSize", baseSize);
    new Range(1, 64).check("grid", grid);
    new Range(0, baseSize).check("cell", cell);
    new Range(0, baseSize).check("jitter", jitter);
  }

  @Override
  public void check(String view, int size, int count) {
    int reach = cell * (grid - 1) + jitter + size;
    if (reach > baseSize) {
      throw new UserError(
          "view %s: the last patch may end at pixel %d of a base of %d: make patch, cell or jitter smaller"
              .formatted(view, reach, baseSize));
    }
    if (count > grid * grid) {
      throw new UserError(
          "view %s: %d patches from a grid of %d cells: take at most %d"
              .formatted(view, count, grid * grid, grid * grid));
    }
  }

  @Override
  public int cutSize(int size) {
    return baseSize;
  }

  /** Returns 1: all views show the same base crop. */
  @Override
  public int cuts(int count) {
    return 1;
  }

  /** Draws the base crop. */
  @Override
  public Cut draw(int size, int height, int width, SplittableRandom random) {
    return base.draw(size, height, width, random);
  }

  /** Draws the corners of the patches of one image. */
  void drawPatches(List<ViewRow> patches, SplittableRandom random) {
    int[] cells = drawCells(patches.size(), random);
    for (int i = 0; i < cells.length; i++) {
      patches.get(i).set(Y, cells[i] / grid * cell + random.nextInt(jitter + 1));
      patches.get(i).set(X, cells[i] % grid * cell + random.nextInt(jitter + 1));
    }
  }

  /** Returns the first {@code count} of a random permutation of the cells; all of them in order. */
  private int[] drawCells(int count, SplittableRandom random) {
    int[] cells = IntStream.range(0, grid * grid).toArray();
    if (count == cells.length) {
      return cells;
    }
    int[] drawn = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i, cells.length);
      drawn[i] = cells[j];
      cells[j] = cells[i];
    }
    return drawn;
  }

  /**
   * Cuts patches out of base crops.
   *
   * @param base whole numbers, {@code [B, baseSize, baseSize, C]}
   * @param rows parameters of the patches, {@code [B * count, P]}
   * @param size side of a patch
   * @return {@code [B * count, size, size, C]}
   */
  Operand<TFloat32> cut(Ops tf, Operand<TFloat32> base, ViewRows rows, int size) {
    Operand<TFloat32> scale = tf.constant(1f / Math.max(1, baseSize - 1));
    Operand<TFloat32> length = tf.constant((float) size - 1);
    Operand<TFloat32> y = rows.column(tf, Y, 1);
    Operand<TFloat32> x = rows.column(tf, X, 1);
    Operand<TFloat32> boxes =
        tf.math.mul(
            tf.concat(
                List.of(y, x, tf.math.add(y, length), tf.math.add(x, length)), tf.constant(1)),
            scale);
    // Nearest: positions are whole pixels but for the last bits of a float.
    return tf.image.cropAndResize(
        base,
        boxes,
        rows.imageOfRow(tf, Math.toIntExact(base.shape().get(0))),
        tf.constant(new int[] {size, size}),
        CropAndResize.method("nearest"));
  }
}
