/**
 * Views: the randomly cropped, turned and coloured versions of an image that methods learn from.
 *
 * <p>A {@link org.vocabeam.models.views.ViewSpec} is one kind of view, {@link
 * org.vocabeam.models.views.ViewSampler} draws its parameters in Java from a seed, {@link
 * org.vocabeam.models.views.ViewRenderer} moves the pixels of a whole batch in a TensorFlow graph.
 * The same graph makes the stored views and those inside of a training step. Decisions:
 *
 * <ul>
 *   <li>An augmentation is one file: settings, draws and graph ({@link
 *       org.vocabeam.models.views.Augmentation}, {@link org.vocabeam.models.views.Geometry}).
 *   <li>A view is 8-bit, so a stored one is complete.
 *   <li>A view is a function of image, spec and seed, never of its batch: sums over pixels (mean
 *       grey, blur) are made of numbers whose sum is exact in any order, everything else works
 *       pixel by pixel. No operation here is one that graph rewriters lower to 16 bits.
 *   <li>Draws of a view: box, flip, turns, one decision for each augmentation, then the parameters
 *       of those that were decided for. Pixels change in the same order.
 *   <li>Crops and flips are one CropAndResize for all boxes of a batch, over images whose border is
 *       repeated by one pixel, with samples at half-pixel centres. It does not filter when it
 *       shrinks: store images near the size that they are trained at.
 *   <li>Parameters are numbers that the graph uses as they are; an augmentation that a view does
 *       not use has no column and no operation.
 *   <li>No tf.select: masks are factors of 0 and 1, which is as exact and ten times faster here.
 * </ul>
 */
package org.vocabeam.models.views;
