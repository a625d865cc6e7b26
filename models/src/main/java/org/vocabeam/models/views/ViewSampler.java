package org.vocabeam.models.views;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random draws of views: cuts and parameters, a function of the view, the image's height and width,
 * and the seed alone. {@link Resampler} makes the cuts, {@link ViewRenderer} applies the
 * parameters.
 *
 * <pre>{@code
 * long seed = Seeds.of(runSeed, epoch, imageId, spec.name());
 * DrawnViews views = ViewSampler.sample(spec, height, width, seed);
 * }</pre>
 */
public final class ViewSampler {
  /**
   * Least number of augmentations that a decision is drawn for. Views of fewer draw it too, because
   * fewer draws would change the later views of an image.
   */
  private static final int DECISIONS = 4;

  private ViewSampler() {}

  /**
   * Draws the views of one image.
   *
   * @param height of the whole image, in pixels
   * @param width of the whole image, in pixels
   */
  public static DrawnViews sample(ViewSpec spec, int height, int width, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<ViewParameter> columns = spec.parameters();
    float[] parameters = new float[spec.count() * columns.size()];
    List<ViewRow> rows = new ArrayList<>(spec.count());
    for (int view = 0; view < spec.count(); view++) {
      rows.add(new ViewRow(columns, parameters, view * columns.size()));
    }
    List<Cut> cuts = new ArrayList<>(spec.cuts());
    for (ViewRow row : rows.subList(0, spec.cuts())) {
      cuts.add(draw(spec, height, width, random, row));
    }
    if (spec.geometry() instanceof PatchGrid grid) {
      rows.forEach(row -> row.take(rows.get(0)));
      grid.drawPatches(rows, random);
    }
    return new DrawnViews(spec, List.copyOf(cuts), parameters);
  }

  private static Cut draw(
      ViewSpec spec, int height, int width, SplittableRandom random, ViewRow row) {
    Cut upright = spec.geometry().draw(spec.cutSize(), height, width, random);
    Orientation.Drawn orientation = spec.orientation().draw(random);
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
    return new Cut(upright.rows(), upright.columns(), orientation);
  }
}
