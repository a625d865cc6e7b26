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
 *   <li>The small presets have a long warm-up ({@link
 *       org.vocabeam.models.training.Task#smallWarmup}). Photo-ID, seed 1, a minute of steps,
 *       nearest neighbours and linear probe in % without it (DINO: a twentieth) and with: BYOL
 *       43.5, 48.2 and 45.7, 48.0; SimSiam 41.9, 47.2 and 46.6, 49.3; SimCLR 48.9, 51.8 and 50.7,
 *       53.6; DINO 47.6, 50.7 and 49.1, 53.5. Twice the rate does no better with it for SimCLR
 *       (48.8, 51.1) and as well for DINO (49.5, 53.6).
 *   <li>The papers' batches of 4,096 are those of many replicas; the paper presets take 256.
 * </ul>
 */
package org.vocabeam.models.jointembedding;
