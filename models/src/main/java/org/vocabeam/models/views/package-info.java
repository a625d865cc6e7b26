/**
 * Views: the randomly cropped, turned and coloured versions of an image that methods learn from.
 *
 * <p>{@link ViewSpec} says what a kind of view is, {@link ViewSampler} draws its parameters in Java
 * from a seed, {@link ViewPixels} moves the pixels of a whole batch in a TensorFlow graph. The same
 * graph makes the stored views and those inside of a training step. What was decided:
 *
 * <ul>
 *   <li>A view is 8-bit, so a stored one is all there is to know of it.
 *   <li>A view is a function of image, spec and seed, never of its batch: sums over pixels (mean
 *       grey, blur) are made of numbers whose sum is exact in any order, everything else works
 *       pixel by pixel. Nothing here is an operation that graph rewriters lower to 16 bits.
 *   <li>Order: crop with flip and turn, hue, brightness, contrast, saturation and grey, blur,
 *       solarize. Grey is a saturation of 0.
 *   <li>Crops and flips are one CropAndResize for all boxes of a batch, over images whose border is
 *       repeated by one pixel, with samples at half-pixel centres. It does not filter when it
 *       shrinks: store images near the size that they are trained at (see {@link
 *       Geometry.RandomResizedCrop}).
 *   <li>Parameters are numbers that the graph uses as they are; an option that a spec does not use
 *       has no column and no operation. Colour options are nothing on one-channel images.
 *   <li>No tf.select: masks are factors of 0 and 1, which is as exact and ten times faster here.
 * </ul>
 */
package org.vocabeam.models.views;
