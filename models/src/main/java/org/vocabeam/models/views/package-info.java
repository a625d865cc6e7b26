/**
 * Views: the randomly cropped, turned and coloured versions of an image that methods learn from.
 *
 * <p>A {@link org.vocabeam.models.views.ViewSpec} is one kind of view, {@link
 * org.vocabeam.models.views.ViewSampler} draws its cuts and parameters in Java from a seed, {@link
 * org.vocabeam.models.views.Resampler} cuts them out of the image, {@link
 * org.vocabeam.models.views.ViewRenderer} changes the colours of a whole batch in a TensorFlow
 * graph. The same graph makes the stored views and those inside of a training step. Decisions:
 *
 * <ul>
 *   <li>An augmentation is one file: settings, draws and graph ({@link
 *       org.vocabeam.models.views.Augmentation}, {@link org.vocabeam.models.views.Geometry}).
 *   <li>A view is 8-bit, so a stored one is complete.
 *   <li>Geometry is Java's, image by image, because images may have any size and a graph wants one
 *       shape. A crop is scaled from the image itself with Pillow's antialiased bilinear, so one
 *       more resize before would only blur it. Flips and turns are the order in which it is
 *       written. All OBoW views of a photo of 500 x 375 pixels take 3.5 ms of one core, 1 ms of it
 *       to decode the JPEG.
 *   <li>Colours are the graph's: they are arithmetic on whole batches, which a GPU does best. Its
 *       operations all have a GPU kernel: TensorFlow has none that slices, stacks or crops uint8,
 *       so planes are floats until the last cast.
 *   <li>A view is a function of image, spec and seed, never of its batch: sums over pixels (mean
 *       grey, blur) are made of numbers whose sum is exact in any order, everything else works
 *       pixel by pixel. No operation here is one that graph rewriters lower to 16 bits. A JPEG much
 *       larger than its views is decoded at 1/2, 1/4 or 1/8, as far as the largest cut of all views
 *       allows.
 *   <li>Draws of a view: cut, flip, turns, one decision for each augmentation, then the parameters
 *       of those that were decided for. Pixels change in the same order.
 *   <li>An image shown whole to an encoder is {@link org.vocabeam.models.views.Cut#whole}.
 *   <li>Parameters are numbers that the graph uses as they are; an augmentation that a view does
 *       not use has no column and no operation.
 *   <li>No tf.select: masks are factors of 0 and 1, which is as exact and ten times faster here.
 * </ul>
 */
package org.vocabeam.models.views;
