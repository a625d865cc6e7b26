package org.vocabeam.models.views;

import java.util.Objects;
import org.vocabeam.models.UserError;
import org.vocabeam.models.views.Appearance.ColourJitter;
import org.vocabeam.models.views.Appearance.GaussianBlur;
import org.vocabeam.models.views.Appearance.Solarize;
import org.vocabeam.models.views.Geometry.CentreCrop;
import org.vocabeam.models.views.Geometry.PatchGrid;
import org.vocabeam.models.views.Geometry.RandomResizedCrop;

/**
 * One kind of view of an image: {@code count} crops of {@code size} x {@code size} pixels, each
 * drawn for itself. Geometry first (crop, flip, turn), then {@link Appearance}. It is stored as
 * JSON in the provenance of what is made with it.
 *
 * @param name lower-case letters, digits and {@code _}; part of the seed, so two kinds of view with
 *     different names draw independently
 * @param flipProbability of a horizontal flip
 * @param quarterTurns whether the view is turned by 0, 1, 2 or 3 quarters, counter-clockwise like
 *     {@code torch.rot90}, equally likely
 */
public record ViewSpec(
    String name,
    int size,
    int count,
    Geometry geometry,
    double flipProbability,
    boolean quarterTurns,
    Appearance appearance) {

  public ViewSpec {
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new UserError(
          "view name is '" + name + "': use lower-case letters, digits and _, a letter first");
    }
    Objects.requireNonNull(appearance);
    checkRange("size of view " + name, size, size, 1, 1 << 14);
    checkRange("count of view " + name, count, count, 1, 1 << 14);
    checkProbability("flip", flipProbability);
    if (geometry instanceof CentreCrop crop && crop.resize() < size) {
      throw new UserError(
          "view %s: resize is %d but the crop is %d: resize to %d or more"
              .formatted(name, crop.resize(), size, size));
    }
    if (geometry instanceof PatchGrid grid) {
      int reach = grid.cell() * (grid.grid() - 1) + grid.jitter() + size;
      if (reach > grid.baseSize()) {
        throw new UserError(
            "view %s: the last patch may end at pixel %d of a base of %d: make patch, cell or jitter smaller"
                .formatted(name, reach, grid.baseSize()));
      }
      if (count > grid.grid() * grid.grid()) {
        throw new UserError(
            "view %s: %d patches from a grid of %d cells: take at most %d"
                .formatted(name, count, grid.grid() * grid.grid(), grid.grid() * grid.grid()));
      }
    }
  }

  /** The teacher's clean view: resize 256, centre crop 224, flip (OBoW, section 4). */
  public static ViewSpec obowTeacher() {
    return obowTeacher(256, 224);
  }

  /**
   * The teacher's clean view at another size; {@code (32, 32)} is the whole of a 32-pixel image.
   */
  public static ViewSpec obowTeacher(int resize, int size) {
    return new ViewSpec(
        "teacher", size, 1, new CentreCrop(resize), 0.5, false, Appearance.UNCHANGED);
  }

  /** The student's two crops of 160 pixels (OBoW, section 4 and reference code). */
  public static ViewSpec obowCrops160() {
    return obowCrops(160, 2, new RandomResizedCrop(0.08, 0.6), new GaussianBlur(0.1, 2, 0.5));
  }

  /**
   * The student's crops at another size. The paper's blur is meant for 160 pixels: crops of 28 to
   * 32 pixels are better off with {@link GaussianBlur#NONE}.
   */
  public static ViewSpec obowCrops(int size, int count, RandomResizedCrop crop, GaussianBlur blur) {
    return new ViewSpec(
        "crops" + size,
        size,
        count,
        crop,
        0.5,
        false,
        new Appearance(obowJitter(), 0.2, blur, Solarize.NONE));
  }

  /** The student's five patches of 96 pixels (OBoW, section 4 and reference code). */
  public static ViewSpec obowPatches96() {
    return obowPatches(256, 96, 5);
  }

  /**
   * The student's patches at another size: a 3x3 grid over a base crop, jitter in the paper's share
   * of the base (24 of 256), cells spread over the rest (68 of 256).
   */
  public static ViewSpec obowPatches(int baseSize, int size, int count) {
    int jitter = Math.toIntExact(Math.round(24.0 / 256 * baseSize));
    return new ViewSpec(
        "patches" + size,
        size,
        count,
        new PatchGrid(
            new RandomResizedCrop(0.6, 1), baseSize, 3, (baseSize - size - jitter) / 2, jitter),
        0.5,
        false,
        new Appearance(obowJitter(), 0.2, GaussianBlur.NONE, Solarize.NONE));
  }

  /**
   * RotNet's view: a random crop of 7/8 of the sides, flipped (224 of 256 pixels, 28 of 32).
   *
   * @param size of the crop, in pixels
   */
  public static ViewSpec rotNet(int size) {
    double area = 49.0 / 64;
    return new ViewSpec(
        "rotnet",
        size,
        1,
        new RandomResizedCrop(area, area, 1, 1),
        0.5,
        false,
        Appearance.UNCHANGED);
  }

  /**
   * BoWNet's perturbed image: random crop and aspect, flip, colour jitter, random grey (section
   * 3.3).
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
        0.5,
        false,
        new Appearance(obowJitter(), 0.2, GaussianBlur.NONE, Solarize.NONE));
  }

  private static ColourJitter obowJitter() {
    return new ColourJitter(0.4, 0.4, 0.4, 0.1, 0.8);
  }

  /** Refuses a view that is not one of every image. */
  public void checkSingle() {
    if (count != 1) {
      throw new UserError("view %s has a count of %d, must be 1".formatted(name, count));
    }
  }

  /** The side of the square that is cropped, flipped, turned and coloured. */
  int baseSize() {
    return geometry instanceof PatchGrid grid ? grid.baseSize() : size;
  }

  static void checkProbability(String of, double probability) {
    checkRange(of + " probability", probability, probability, 0, 1);
  }

  static void checkRange(String of, double low, double high, double min, double max) {
    if (!(min <= low && low <= high && high <= max)) {
      String actual = low == high ? number(low) : number(low) + " to " + number(high);
      throw new UserError(
          "%s is %s: choose within %s to %s".formatted(of, actual, number(min), number(max)));
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }
}
