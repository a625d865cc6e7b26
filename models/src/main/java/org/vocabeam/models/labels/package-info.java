/**
 * What uses a pre-trained encoder: fine-tuning on labels, alone or with a self-supervised loss
 * beside it, and distillation into a smaller network. They are methods like all others, so that
 * they run in the same rounds, on the same clusters.
 *
 * <ul>
 *   <li>Labels are targets: a one-hot row for a labelled image, zeros for one without, which then
 *       has no part in the supervised loss. So unlabelled images need no data path of their own.
 *   <li>A network that is not to move is frozen: its parameters are of a role that has no gradient,
 *       its batch norm runs on the running statistics.
 *   <li>With rotation beside it, all four turns of an image train the classifier too
 *       (docs/methods.md, section 8; Zhai et al. 2019, "S4L", section 4.1).
 *   <li>Trained and random weights have the same rate, 0.1. A rate of 0.03 for trained ones is too
 *       low for short runs: OBoW after a minute, seed 1, 300 steps with 1, 10 and 100 % of the
 *       labels of Fashion-MNIST, 74.8, 76.6, 77.0 with 0.03 and 77.9, 79.7, 81.6 with 0.1 (random
 *       weights 76.3, 77.7, 79.8); of Photo-ID 35.7, 46.2, 52.5 and 35.1, 50.9, 57.9 (random 34.2,
 *       46.2, 54.4), after 1,000 steps with all labels 63.0 and 68.6. Long runs at the papers' size
 *       were not tried; they may want a lower {@code --learningRate}.
 * </ul>
 */
package org.vocabeam.models.labels;
