/**
 * Joint-embedding methods: two views of an image are to have the same embedding. One file each, in
 * its paper's order.
 *
 * <ul>
 *   <li>What keeps the embeddings apart (negatives, the stop-gradient, centring, sharpening) is an
 *       option of its method that can be turned off, so that a test can show what happens then.
 *   <li>A view is a kind of view of its own, because batch norm sees each as a batch of its own
 *       (BYOL, SimSiam), and because the two may differ (BYOL, DINO). SimCLR's code puts both into
 *       one batch, DINO's all crops of one size.
 *   <li>DINO's prototypes stay still for a share of the run by a factor on their gradient: decay
 *       and momentum may then change their length, which the normalisation takes out again.
 *   <li>The papers' batches of 4,096 are those of many replicas; the paper presets take 256.
 * </ul>
 */
package org.vocabeam.models.jointembedding;
