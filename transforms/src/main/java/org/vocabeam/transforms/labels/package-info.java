/**
 * Labels as targets, for methods that are trained on them.
 *
 * <ul>
 *   <li>{@link org.vocabeam.models.evaluate.LabelShare} decides which images may be seen with their
 *       label, as in the linear probes: fine-tuning and probe of one seed see the same labels.
 *   <li>The choice is one cut for every class, a hash and an id: an image and its class's cut alone
 *       tell if the image is in. Memory holds the cuts, and the labels of one class while its cut
 *       is found.
 *   <li>A method that learns from labels alone reads a store of the labelled images: at 1 % of the
 *       labels, reading all images to leave out 99 % of them would cost more than training.
 * </ul>
 */
package org.vocabeam.transforms.labels;
