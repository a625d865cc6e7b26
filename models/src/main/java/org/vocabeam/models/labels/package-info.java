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
 *   <li>With rotation beside it, all four turns of an image train the classifier too (METHODS
 *       section 8; Zhai et al. 2019, "S4L", section 4.1).
 * </ul>
 */
package org.vocabeam.models.labels;
