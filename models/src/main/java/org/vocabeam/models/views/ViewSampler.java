package org.vocabeam.models.views;

import java.util.List;
import java.util.SplittableRandom;
import org.vocabeam.models.views.Appearance.ColourJitter;
import org.vocabeam.models.views.Geometry.CentreCrop;
import org.vocabeam.models.views.Geometry.PatchGrid;
import org.vocabeam.models.views.Geometry.RandomResizedCrop;

/**
 * Draws what {@link ViewPixels} does to an image: {@code count} rows of {@code width} numbers, a
 * function of the view, the image's height and width, and the seed alone. The seed is {@code
 * Seeds.of(runSeed, epoch, imageId, view name)}.
 */
public final class ViewSampler {
  private static final int ATTEMPTS = 10;

  private ViewSampler() {}

  /** Numbers per crop. */
  public static int width(ViewSpec spec) {
    return ViewColumn.of(spec).size();
  }

  /** Parameters of one image, {@code [count, width]} row-major. */
  public static float[] sample(ViewSpec spec, int height, int width, long seed) {
    float[] parameters = new float[spec.count() * width(spec)];
    sample(spec, height, width, seed, parameters, 0);
    return parameters;
  }

  /** Writes the parameters of one image into {@code parameters} from {@code offset} on. */
  public static void sample(
      ViewSpec spec, int height, int width, long seed, float[] parameters, int offset) {
    List<ViewColumn> columns = ViewColumn.of(spec);
    SplittableRandom random = new SplittableRandom(seed);
    int row = offset;
    if (spec.geometry() instanceof PatchGrid grid) {
      drawRow(spec, grid.base(), columns, height, width, random, parameters, row);
      int[] cells = drawCells(grid.grid() * grid.grid(), spec.count(), random);
      for (int cell : cells) {
        System.arraycopy(parameters, offset, parameters, row, columns.size());
        parameters[row + columns.indexOf(ViewColumn.PATCH_Y)] =
            cell / grid.grid() * grid.cell() + random.nextInt(grid.jitter() + 1);
        parameters[row + columns.indexOf(ViewColumn.PATCH_X)] =
            cell % grid.grid() * grid.cell() + random.nextInt(grid.jitter() + 1);
        row += columns.size();
      }
    } else {
      for (int crop = 0; crop < spec.count(); crop++) {
        drawRow(spec, spec.geometry(), columns, height, width, random, parameters, row);
        row += columns.size();
      }
    }
  }

  private static void drawRow(
      ViewSpec spec,
      Geometry geometry,
      List<ViewColumn> columns,
      int height,
      int width,
      SplittableRandom random,
      float[] parameters,
      int row) {
    Box box =
        geometry instanceof RandomResizedCrop crop
            ? Box.draw(crop, height, width, random)
            : Box.centre((CentreCrop) geometry, spec.size(), height, width);
    boolean flipped = random.nextDouble() < spec.flipProbability();
    int turns = spec.quarterTurns() ? random.nextInt(4) : 0;
    // rot90 is a flip of the columns and a transposition, rot270 a flip of the rows and one.
    boolean mirrorX = flipped ^ (turns == 1 || turns == 2);
    boolean mirrorY = turns == 2 || turns == 3;
    double halfStepY = box.height() / (2 * spec.baseSize());
    double halfStepX = box.width() / (2 * spec.baseSize());
    double firstY = (box.top() + halfStepY + 0.5) / (height + 1);
    double lastY = (box.top() + box.height() - halfStepY + 0.5) / (height + 1);
    double firstX = (box.left() + halfStepX + 0.5) / (width + 1);
    double lastX = (box.left() + box.width() - halfStepX + 0.5) / (width + 1);

    Appearance appearance = spec.appearance();
    ColourJitter jitter = appearance.jitter();
    boolean jittered = random.nextDouble() < jitter.probability();
    boolean grey = random.nextDouble() < appearance.greyProbability();
    boolean blurred = random.nextDouble() < appearance.blur().probability();
    boolean solarized = random.nextDouble() < appearance.solarize().probability();
    for (ViewColumn column : columns) {
      double value =
          switch (column) {
            case Y1 -> mirrorY ? lastY : firstY;
            case X1 -> mirrorX ? lastX : firstX;
            case Y2 -> mirrorY ? firstY : lastY;
            case X2 -> mirrorX ? firstX : lastX;
            case TURNS -> turns;
            case HUE -> jittered ? uniform(random, -jitter.hue(), jitter.hue()) : 0;
            case BRIGHTNESS -> jittered ? factor(random, jitter.brightness()) : 1;
            case CONTRAST -> jittered ? factor(random, jitter.contrast()) : 1;
            case SATURATION -> {
              double factor = jittered ? factor(random, jitter.saturation()) : 1;
              yield grey ? 0 : factor;
            }
            case SIGMA ->
                blurred
                    ? uniform(random, appearance.blur().minSigma(), appearance.blur().maxSigma())
                    : 0;
            case THRESHOLD -> solarized ? appearance.solarize().threshold() : 256;
            case PATCH_Y, PATCH_X -> 0; // One per patch, not one per base crop.
          };
      parameters[row++] = (float) value;
    }
  }

  /** The first {@code count} of a random permutation of {@code cells}; all of them in order. */
  private static int[] drawCells(int cells, int count, SplittableRandom random) {
    int[] all = new int[cells];
    int[] drawn = new int[count];
    for (int i = 0; i < cells; i++) {
      all[i] = i;
    }
    if (count == cells) {
      return all;
    }
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i, cells);
      drawn[i] = all[j];
      all[j] = all[i];
    }
    return drawn;
  }

  private static double factor(SplittableRandom random, double strength) {
    return uniform(random, Math.max(0, 1 - strength), 1 + strength);
  }

  private static double uniform(SplittableRandom random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  /** A part of the image, in pixels from its upper left corner. */
  private record Box(double top, double left, double height, double width) {

    static Box draw(RandomResizedCrop crop, int height, int width, SplittableRandom random) {
      // StrictMath: the same on every machine.
      double logMin = StrictMath.log(crop.minAspect());
      double logMax = StrictMath.log(crop.maxAspect());
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        double area = (double) height * width * uniform(random, crop.minArea(), crop.maxArea());
        double aspect = StrictMath.exp(uniform(random, logMin, logMax));
        int boxWidth = (int) Math.rint(Math.sqrt(area * aspect));
        int boxHeight = (int) Math.rint(Math.sqrt(area / aspect));
        if (0 < boxWidth && boxWidth <= width && 0 < boxHeight && boxHeight <= height) {
          return new Box(
              random.nextInt(height - boxHeight + 1),
              random.nextInt(width - boxWidth + 1),
              boxHeight,
              boxWidth);
        }
      }
      double aspect =
          Math.min(Math.max((double) width / height, crop.minAspect()), crop.maxAspect());
      double boxWidth = Math.min(width, Math.max(1, Math.rint(height * aspect)));
      double boxHeight = Math.min(height, Math.max(1, Math.rint(width / aspect)));
      return new Box(
          Math.floor((height - boxHeight) / 2),
          Math.floor((width - boxWidth) / 2),
          boxHeight,
          boxWidth);
    }

    /** torchvision's Resize and CenterCrop, whose lengths are whole pixels of the resized image. */
    static Box centre(CentreCrop crop, int size, int height, int width) {
      int shortSide = Math.min(height, width);
      int resizedHeight = Math.toIntExact((long) crop.resize() * height / shortSide);
      int resizedWidth = Math.toIntExact((long) crop.resize() * width / shortSide);
      double scaleY = (double) height / resizedHeight;
      double scaleX = (double) width / resizedWidth;
      return new Box(
          Math.rint((resizedHeight - size) / 2.0) * scaleY,
          Math.rint((resizedWidth - size) / 2.0) * scaleX,
          size * scaleY,
          size * scaleX);
    }
  }
}
