package org.vocabeam.models.views;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Random hue, brightness, contrast and saturation; torchvision's {@code ColorJitter}. Brightness,
 * contrast and saturation are each multiplied by a factor from U(max(0, 1 - strength), 1 +
 * strength). Hue and saturation have no effect on one-channel images and are not computed.
 *
 * <p>{@code Deviation:} always in the order hue, brightness, contrast, saturation (torchvision
 * draws the order for every image), and without rounding to 8 bits between them.
 *
 * @param brightness strength in [0, 10]
 * @param contrast strength in [0, 10]
 * @param saturation strength in [0, 10]
 * @param hue largest shift in turns of the colour circle, in [0, 0.5]
 * @param probability that a view is changed at all
 */
public record ColourJitter(
    double brightness, double contrast, double saturation, double hue, double probability)
    implements Augmentation {

  /** No jitter. */
  public static final ColourJitter NONE = new ColourJitter(0, 0, 0, 0, 0);

  /** Shift in turns of the colour circle. */
  static final ViewParameter HUE = new ViewParameter("hue", 0, ColourJitter::shiftHue);

  static final ViewParameter BRIGHTNESS =
      new ViewParameter("brightness", 1, ColourJitter::scaleBrightness);
  static final ViewParameter CONTRAST =
      new ViewParameter("contrast", 1, ColourJitter::scaleContrast);
  static final ViewParameter SATURATION =
      new ViewParameter("saturation", 1, ColourJitter::scaleSaturation);

  public ColourJitter {
    Range strengths = new Range(0, 10);
    strengths.check("brightness", brightness);
    strengths.check("contrast", contrast);
    strengths.check("saturation", saturation);
    new Range(0, 0.5).check("hue", hue);
    Range.PROBABILITY.check("jitter probability", probability);
  }

  @Override
  public List<ViewParameter> parameters() {
    Map<ViewParameter, Double> strengths = new LinkedHashMap<>();
    strengths.put(HUE, hue);
    strengths.put(BRIGHTNESS, brightness);
    strengths.put(CONTRAST, contrast);
    strengths.put(SATURATION, saturation);
    strengths.values().removeIf(strength -> strength == 0);
    return List.copyOf(strengths.keySet());
  }

  @Override
  public void draw(SplittableRandom random, ViewRow row) {
    if (row.has(HUE)) {
      row.set(HUE, new Range(-hue, hue).draw(random));
    }
    drawFactor(BRIGHTNESS, brightness, random, row);
    drawFactor(CONTRAST, contrast, random, row);
    drawFactor(SATURATION, saturation, random, row);
  }

  private static void drawFactor(
      ViewParameter parameter, double strength, SplittableRandom random, ViewRow row) {
    if (row.has(parameter)) {
      row.scale(parameter, new Range(Math.max(0, 1 - strength), 1 + strength).draw(random));
    }
  }

  private static Planes shiftHue(Planes crops, Operand<TFloat32> shift) {
    if (crops.channels() == 1) {
      return crops;
    }
    Ops tf = crops.ops();
    // Hue and saturation are ratios, so the value may stay in 0..255.
    List<Operand<TFloat32>> hsv =
        new ArrayList<>(
            tf.unstack(tf.image.rgbToHsv(crops.images()), 3L, Unstack.axis(-1L)).output());
    Operand<TFloat32> hue = tf.math.add(hsv.get(0), shift);
    hsv.set(0, tf.math.sub(hue, tf.math.floor(hue)));
    return Planes.of(tf, tf.image.hsvToRgb(tf.stack(hsv, Stack.axis(-1L))));
  }

  private static Planes scaleBrightness(Planes crops, Operand<TFloat32> factor) {
    return crops.map(plane -> crops.ops().math.mul(plane, factor));
  }

  /** Moves pixels away from the crop's mean grey (a whole number, as in Pillow) by the factor. */
  private static Planes scaleContrast(Planes crops, Operand<TFloat32> factor) {
    Ops tf = crops.ops();
    long pixels = (long) crops.side() * crops.side();
    // Whole numbers add up to the same sum in any order, so the batch and the threads cannot
    // matter. Doubles hold it exactly; TensorFlow adds up integers on the CPU.
    Operand<TFloat64> levels = tf.dtypes.cast(tf.math.rint(crops.grey()), TFloat64.class);
    Operand<TFloat64> sum = tf.reduceSum(levels, tf.constant(new int[] {1, 2}));
    Operand<TFloat32> mean =
        tf.math.rint(tf.math.div(tf.dtypes.cast(sum, TFloat32.class), tf.constant((float) pixels)));
    Operand<TFloat32> meanPart =
        tf.math.mul(
            tf.reshape(mean, tf.constant(new int[] {-1, 1, 1})),
            tf.math.sub(tf.constant(1f), factor));
    return crops.map(plane -> tf.math.add(tf.math.mul(plane, factor), meanPart));
  }

  /** Moves pixels away from their own grey by the factor; 0 makes them grey. */
  private static Planes scaleSaturation(Planes crops, Operand<TFloat32> factor) {
    if (crops.channels() == 1) {
      return crops;
    }
    Ops tf = crops.ops();
    Operand<TFloat32> grey = crops.grey();
    return crops.map(plane -> tf.math.add(grey, tf.math.mul(tf.math.sub(plane, grey), factor)));
  }
}
