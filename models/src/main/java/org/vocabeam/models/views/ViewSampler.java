package org.vocabeam.models.views;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random parameters of views: {@code count} rows of {@code width} numbers, a function of the view,
 * the image's height and width, and the seed alone. {@link ViewRenderer} applies them.
 *
 * <pre>{@code
 * long seed = Seeds.of(runSeed, epoch, imageId, spec.name());
 * float[] parameters = ViewSampler.sample(spec, height, width, seed);
 * }</pre>
 */
public final class ViewSampler {
  /**
   * Least number of augmentations that a decision is drawn for. Views of fewer draw it too, because
   * fewer draws would change the later views of an image.
   */
  private static final int DECISIONS = 4;

  private ViewSampler() {}

  /** Returns the number of parameters of a view. */
  public static int width(ViewSpec spec) {
    return spec.parameters().size();
  }

  /** Returns the parameters of one image, {@code [count, width]} row-major. */
  public static float[] sample(ViewSpec spec, int height, int width, long seed) {
    float[] parameters = new float[spec.count() * width(spec)];
    sample(spec, height, width, seed, parameters, 0);
    return parameters;
  }

  /** Writes the parameters of one image into {@code parameters} from {@code offset} on. */
  public static void sample(
      ViewSpec spec, int height, int width, long seed, float[] parameters, int offset) {
    SplittableRandom random = new SplittableRandom(seed);
    List<ViewRow> rows = new ArrayList<>();
    List<ViewParameter> columns = spec.parameters();
    for (int view = 0; view < spec.count(); view++) {
      rows.add(new ViewRow(columns, parameters, offset + view * columns.size()));
    }
    if (spec.geometry() instanceof PatchGrid grid) {
      draw(spec, height, width, random, rows.get(0));
      rows.forEach(row -> row.take(rows.get(0)));
      grid.drawPatches(rows, random);
    } else {
      rows.forEach(row -> draw(spec, height, width, random, row));
    }
  }

  private static void draw(
      ViewSpec spec, int height, int width, SplittableRandom random, ViewRow row) {
    Box box = spec.geometry().draw(spec.size(), height, width, random);
    Orientation.Drawn orientation = spec.orientation().draw(random);
    box.set(row, spec.baseSize(), height, width, orientation);
    if (row.has(Orientation.TURNS)) {
      row.set(Orientation.TURNS, orientation.turns());
    }
    double[] decisions = new double[Math.max(DECISIONS, spec.augmentations().size())];
    for (int i = 0; i < decisions.length; i++) {
      decisions[i] = random.nextDouble();
    }
    for (int i = 0; i < spec.augmentations().size(); i++) {
      Augmentation augmentation = spec.augmentations().get(i);
      if (decisions[i] < augmentation.probability()) {
        augmentation.draw(random, row);
      }
    }
  }
}
