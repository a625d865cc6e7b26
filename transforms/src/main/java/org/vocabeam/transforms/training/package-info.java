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
 *   <li>A checkpoint is a store of {@link org.vocabeam.transforms.checkpoint.VariableChunk}s:
 *       atomic, hashed and open to other tools like every store. Its provenance names the steps
 *       taken but not the rounds, which do not matter to the result.
 *   <li>Replicas are combined by a {@link org.vocabeam.models.replicas.Combination}, usually by the
 *       mean of everything: weights, teacher, momentum and running statistics. Of the vocabulary's
 *       queue, whose ring turns alike in all replicas, slot i is taken from replica i mod R: every
 *       step of the last turn gives as many words of each replica, the next to be overwritten are
 *       the oldest, and no word is older than in a queue of one.
 *   <li>A single replica is not combined, and the options for it are refused: an outer step would
 *       make the result depend on the number of rounds, which it must not.
 *   <li>With several replicas the steps of a round decide the result, so they are in a checkpoint's
 *       provenance with the combination. Momentum of the outer step, and of every replica that
 *       keeps its own, is in the checkpoint ({@link
 *       org.vocabeam.transforms.training.ReplicaState}), so a run goes on after a kill as if there
 *       had been none. Momentum that is reset is in no checkpoint, and AdamW then counts its steps
 *       from the start of the round: its bias correction belongs to the momentum. Rates and the
 *       teacher's decay follow the steps of the run.
 *   <li>Where an outer step starts is told by the first replica, which has read the checkpoint
 *       anyway; no other stage reads it again.
 *   <li>Running statistics are estimated in a stage behind the combination, on the last batches of
 *       the first replica's round, for which there are views where views are stored. Only the
 *       student's: no inference runs on those of the teacher or of the generator. Training never
 *       uses running statistics, so the choice changes what a checkpoint's encoder computes and not
 *       what is learned. 96 batches of 64 took the CPU time of 17 training steps.
 *   <li>Bytes are the same on any runner of one machine. On another processor, or with another
 *       number of them, TensorFlow's kernels sum in another order.
 * </ul>
 *
 * <p>What is known of the combinations, from a simulation on one machine: Fashion-MNIST, OBoW's
 * small preset, 2,000 steps of 64 images with one replica (linear probe 84.0 % of all labels, 75.7
 * % of 1 %), seed 1, features of 2 x 2 cells; every run saw the same number of images. A single
 * seed: differences below a point say nothing. The preset had no warm-up then; with it, in rounds
 * of 500 steps, 1, 2, 4 and 8 replicas come to 87.9, 87.7, 86.8 and 86.9 %, four in rounds of 100
 * steps to 87.2 % and four that keep their momentum to 86.8 %; with seed 2, 1 replica to 87.5 %,
 * four in rounds of 100 steps to 87.5 %.
 *
 * <ul>
 *   <li>Whether batches or steps are divided matters more than all the rest. Four replicas with a
 *       quarter of the batch and all steps: 84.7 % (76.1 %) in rounds of 100 steps, 84.2 % (75.5 %)
 *       in rounds of 500; over 4,000 steps, in rounds of 500, 86.4 % (78.8 %) against one replica's
 *       86.7 % (80.4 %). With the whole batch and a quarter of the steps: 77.5 % (63.9 %) in rounds
 *       of 100. That is not the averaging: one student with batches of 256 for 500 steps, as if
 *       gradients were averaged at every step, came to 60.4 % (50.5 %).
 *   <li>Plain averaging did not suffer from rounds of 500 steps, against what is reported of
 *       language models (docs/methods.md, section 11).
 *   <li>The rest was tried with four replicas of 500 steps in rounds of 100 (77.5 %). Outer step at
 *       rate 0.7 and momentum 0.9: 70.8 %, loss 1.71 against 1.59; in 20 rounds of 100 steps, with
 *       batches of 16, its loss was 1.28 against 1.10. Momentum reset: 76.5 %, loss 1.61. Learning
 *       rate doubled: 64.2 %. Statistics estimated on 32 batches: 77.4 %.
 * </ul>
 */
package org.vocabeam.transforms.training;
