/**
 * Labels as targets, for what is trained on them.
 *
 * <ul>
 *   <li>Which images may be seen with their label is decided by {@link
 *       org.vocabeam.models.evaluate.LabelShare}, as in the linear probes: fine-tuning and probe of
 *       one seed see the same labels.
 *   <li>The choice is a cut for every class, a hash and an id: whether an image is in is known from
 *       the image and its class's cut alone, so that the memory is that of the classes, and of the
 *       labels of one class while its cut is found.
 *   <li>What learns from labels alone reads a store of the labelled images: at 1 % of the labels,
 *       reading all images to leave out 99 % of them would cost more than training.
 * </ul>
 */
package org.vocabeam.transforms.labels;
