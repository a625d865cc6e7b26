/**
 * The student update by rounds.
 *
 * <ul>
 *   <li>An {@link org.vocabeam.transforms.training.Assignment} is all that a replica's round
 *       depends on, so a retried bundle computes the same bytes. Its worker reads the row groups
 *       itself: images do not go through the runner.
 *   <li>The place of an image in a replica's stream is arithmetic on the row counts of the store
 *       ({@link org.vocabeam.transforms.training.EpochPlan}); a round starts in the middle of an
 *       epoch without reading what lies before, and one round of 2 N steps is two of N.
 *   <li>What was made of the images before (targets, stored views) is read beside them, by the row
 *       group: the driver checks that it was made of these images, the worker checks every id.
 *   <li>Stored views are a matter of speed, not of the result: they are the pixels that the step
 *       would render, so the checkpoint is the same, bit for bit. That is why the views are not in
 *       a run's configuration or in a checkpoint's provenance, a run may go on from views where
 *       images had been, and windows are counted by the larger of an image and its views.
 *   <li>A checkpoint is a store of {@link org.vocabeam.transforms.training.VariableChunk}s: atomic,
 *       hashed and open to other tools like every store. Its provenance names the steps taken but
 *       not the rounds, which do not matter to the result.
 *   <li>Replicas are averaged; of the vocabulary's queue, whose ring turns alike in all replicas,
 *       slot i is taken from replica i mod R, so that words of every replica go on.
 *   <li>Bytes are the same on any runner of one machine. On another processor, or with another
 *       number of them, TensorFlow's kernels sum in another order.
 * </ul>
 */
package org.vocabeam.transforms.training;
