/**
 * Uses of a pre-trained encoder: fine-tuning on labels, alone or with a self-supervised loss beside
 * it, and distillation into a smaller network. They are methods like all others, so that they run
 * in the same rounds, on the same clusters.
 *
 * <ul>
 *   <li>Labels are targets: a one-hot row for a labelled image, zeros for an image without label,
 *       which then has no part in the supervised loss. So unlabelled images need no data path of
 *       their own.
 *   <li>A network that does not move is frozen: its parameters have a role without gradient, its
 *       batch norm runs on the running statistics.
 *   <li>Beside rotation all four turns of an image train the classifier too (docs/methods.md,
 *       section 8; Zhai et al. 2019, "S4L", section 4.1).
 *   <li>Trained and random weights have the same rate, 0.1: with 0.03 OBoW fine-tunes to 63.0 %
 *       instead of 68.6 (docs/experiments.md, Choice of the small settings).
 * </ul>
 */
package org.vocabeam.models.labels;
