package org.vocabeam.models.views;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.vocabeam.models.UserError;

/**
 * One kind of view of an image: {@code count} crops of {@code size} x {@code size} pixels, each
 * drawn for itself. It is stored as JSON in the provenance of what is made with it.
 *
 * <pre>{@code
 * ViewSpec spec =
 *     new ViewSpec(
 *         "student",
 *         32,
 *         2,
 *         new RandomResizedCrop(0.2, 1),
 *         Orientation.FLIPPED,
 *         List.of(new ColourJitter(0.4, 0.4, 0.4, 0.1, 0.8), new Grey(0.2)));
 * }</pre>
 *
 * @param name lower-case letters, digits and {@code _}; part of the seed, so two kinds of view with
 *     different names draw independently
 * @param size of a view's side, in pixels
 * @param count views of one image
 * @param geometry part of the image that is shown
 * @param orientation flips and turns
 * @param augmentations changes of the pixels, in this order
 */
public record ViewSpec(
    String name,
    int size,
    int count,
    Geometry geometry,
    Orientation orientation,
    List<Augmentation> augmentations)
    implements Serializable {

  public ViewSpec {
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new UserError(
          "view name is '" + name + "': use lower-case letters, digits and _, a letter first");
    }
    new Range(1, 1 << 14).check("size of view " + name, size);
    new Range(1, 1 << 14).check("count of view " + name, count);
    geometry.check(name, size, count);
    requireNonNull(orientation);
    augmentations = List.copyOf(augmentations);
  }

  /** Returns the teacher's clean view: resize 256, centre crop 224, flip (OBoW, section 4). */
  public static ViewSpec obowTeacher() {
    return obowTeacher(256, 224);
  }

  /**
   * Returns the teacher's clean view at another size; {@code (32, 32)} is the whole of a 32-pixel
   * image.
   *
   * @param resize short side of the image before the crop, in pixels
   * @param size of the crop, in pixels
   */
  public static ViewSpec obowTeacher(int resize, int size) {
    return new ViewSpec("teacher", size, 1, new CentreCrop(resize), Orientation.FLIPPED, List.of());
  }

  /** Returns the student's two crops of 160 pixels (OBoW, section 4 and reference code). */
  public static ViewSpec obowCrops160() {
    return obowCrops(160, 2, new RandomResizedCrop(0.08, 0.6), new GaussianBlur(0.1, 2, 0.5));
  }

  /**
   * Returns the student's crops at another size. The paper's blur is meant for 160 pixels; {@link
   * GaussianBlur#NONE} suits crops of 28 to 32 pixels better.
   *
   * @param size in pixels
   * @param count crops of one image
   */
  public static ViewSpec obowCrops(int size, int count, RandomResizedCrop crop, GaussianBlur blur) {
    return new ViewSpec(
        "crops" + size,
        size,
        count,
        crop,
        Orientation.FLIPPED,
        List.of(obowJitter(), new Grey(0.2), blur));
  }

  /** Returns the student's five patches of 96 pixels (OBoW, section 4 and reference code). */
  public static ViewSpec obowPatches96() {
    return obowPatches(256, 96, 5);
  }

  /**
   * Returns the student's patches at another size: a 3x3 grid over a base crop, jitter in the
   * paper's share of the base (24 of 256), cells spread over the rest (68 of 256).
   *
   * @param baseSize side of the base crop, in pixels
   * @param size of a patch, in pixels
   * @param count patches of one image, at most 9
   */
  public static ViewSpec obowPatches(int baseSize, int size, int count) {
    int jitter = Math.toIntExact(Math.round(24.0 / 256 * baseSize));
    return new ViewSpec(
        "patches" + size,
        size,
        count,
        new PatchGrid(
            new RandomResizedCrop(0.6, 1), baseSize, 3, (baseSize - size - jitter) / 2, jitter),
        Orientation.FLIPPED,
        List.of(obowJitter(), new Grey(0.2)));
  }

  /**
   * Returns RotNet's view: a random crop of 7/8 of the sides, flipped (224 of 256 pixels, 28 of
   * 32).
   *
   * @param size of the crop, in pixels
   */
  public static ViewSpec rotNet(int size) {
    double area = 49.0 / 64;
    return new ViewSpec(
        "rotnet", size, 1, new RandomResizedCrop(area, area, 1, 1), Orientation.FLIPPED, List.of());
  }

  /**
   * Returns BoWNet's perturbed image: random crop and aspect, flip, colour jitter, random grey
   * (section 3.3).
   *
   * @param size of the crop, in pixels
   * @param minArea least share of the image in it
   */
  public static ViewSpec bowNet(int size, double minArea) {
    return new ViewSpec(
        "bownet",
        size,
        1,
        new RandomResizedCrop(minArea, 1),
        Orientation.FLIPPED,
        List.of(obowJitter(), new Grey(0.2)));
  }

  private static ColourJitter obowJitter() {
    return new ColourJitter(0.4, 0.4, 0.4, 0.1, 0.8);
  }

  /** Rejects a view that is not one of every image. */
  public void checkSingle() {
    if (count != 1) {
      throw new UserError("view %s has a count of %d, must be 1".formatted(name, count));
    }
  }

  /** Returns the number of squares that are cut out of an image: one for each view, or for all. */
  public int cuts() {
    return geometry.cuts(count);
  }

  /** Returns the side of the squares that are cut out of an image. */
  public int cutSize() {
    return geometry.cutSize(size);
  }

  /** Returns the number of parameters of a view, which may be 0. */
  public int width() {
    return parameters().size();
  }

  /** Returns the parameters that change pixels, in the order of their changes. */
  List<ViewParameter> changes() {
    return augmentations.stream()
        .filter(augmentation -> augmentation.probability() > 0)
        .flatMap(augmentation -> augmentation.parameters().stream())
        .distinct()
        .toList();
  }

  /** Returns all parameters of a view, in the order of their columns. */
  List<ViewParameter> parameters() {
    List<ViewParameter> parameters = new ArrayList<>(changes());
    if (geometry instanceof PatchGrid) {
      parameters.addAll(List.of(PatchGrid.Y, PatchGrid.X));
    }
    return parameters;
  }
}
