/**
 * Joint-embedding methods: the embeddings of two views of an image become equal. Every method is
 * one file in its paper's order: equations first, settings last.
 *
 * <ul>
 *   <li>The guard against collapse (negatives, the stop-gradient, centring, sharpening) is an
 *       option of its method that can be turned off, so that a test can show the collapse.
 *   <li>Views that are batches of their own for batch norm (BYOL, SimSiam), or that differ (BYOL,
 *       DINO), are kinds of view. SimCLR's code puts both views into one batch, DINO's all crops of
 *       one size.
 *   <li>A factor on their gradient keeps DINO's prototypes where they are for a share of the run.
 *       Decay and momentum may then change their length, which the normalisation removes.
 *   <li>The small settings have a long warm-up ({@link
 *       org.vocabeam.models.training.Task#smallWarmup}): 53.5 % in DINO's linear probe instead of
 *       50.7 (docs/experiments.md, Choice of the small settings).
 *   <li>The papers' batches of 4,096 are those of many replicas; the paper's settings here have
 *       256.
 * </ul>
 */
package org.vocabeam.models.jointembedding;
