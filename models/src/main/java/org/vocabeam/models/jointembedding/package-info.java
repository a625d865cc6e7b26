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
 *   <li>BYOL's small preset learns, but slowly: Photo-ID, seed 1, a linear probe of 47.6 % after
 *       318 steps and, with a target decay of 0.99, 59.7 after 6,000; it starts from 53.4 (random
 *       weights with batch norm statistics of the images). No other setting is above the start
 *       after 318 steps: target decay 0.9, 0.99 (47.2, 49.8), no weight decay (49.5), a head four
 *       times as wide (48.5), a fifth of the rate (50.1), LARS (51.9), AdamW (53.4); nor after
 *       1,000 (51.7 to 53.1), nor with OBoW's rate and warm-up after 2,000 (51.8). SimSiam: 49.4
 *       with AdamW after 1,000 steps, 47.9 with OBoW's rate after 2,000.
 *   <li>The papers' batches of 4,096 are those of many replicas; the paper presets take 256.
 * </ul>
 */
package org.vocabeam.models.jointembedding;
