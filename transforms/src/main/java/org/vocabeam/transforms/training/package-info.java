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
 *   <li>The step never waits for what could be done before: row groups are read a window ahead
 *       ({@link org.vocabeam.transforms.training.ImageStream}), images are decoded, cut and written
 *       to their places in two batches ahead ({@link org.vocabeam.transforms.training.BatchFeed}),
 *       and the next step's inputs are copied into TensorFlow's memory while one is taken ({@link
 *       org.vocabeam.transforms.training.StepFeed}). An image has its place before a thread works
 *       on it, so any number of threads gives the same bytes. The share of time that steps waited
 *       is shown and counted, but stands in no store: stores do not depend on time.
 *   <li>What was made of the images before (targets, stored views) is read beside them, by the row
 *       group: the driver checks that it was made of these images, the worker checks every id.
 *   <li>Stored views are a matter of speed, not of the result: they are the pixels that the step
 *       would render, so the checkpoint is the same, bit for bit. That is why the views are not in
 *       a run's configuration or in a checkpoint's provenance, a run may go on from views where
 *       images had been, and windows are counted by the largest of an image as it is stored, as a
 *       network sees it, and its views.
 *   <li>A checkpoint is a store of {@link org.vocabeam.transforms.checkpoint.VariableChunk}s:
 *       atomic, hashed and open to other tools like every store. Its provenance names the steps
 *       taken but not the rounds, which do not matter to the result.
 *   <li>Replicas become their mean: weights, teacher, momentum and running statistics. Of the
 *       vocabulary's queue, whose ring turns alike in all replicas, slot i is taken from replica i
 *       mod R: every step of the last turn gives as many words of each replica, the next to be
 *       overwritten are the oldest, and no word is older than in a queue of one. Outer steps with
 *       Nesterov's momentum, momentum that is kept or reset and statistics that are estimated anew
 *       were tried and are gone: none was better (docs/experiments.md, Replicas; the linear probe
 *       has 77.5 % with the mean and 70.8 with the outer step).
 *   <li>With several replicas the steps of a round decide the result, so they are in a checkpoint's
 *       provenance. A single replica is not combined, and two rounds of N steps are one of 2 N.
 *   <li>A loss that is not a number or a collapse throws {@link
 *       org.vocabeam.transforms.training.TrainingStopped}: the same run would end the same way.
 *   <li>Bytes are the same on any runner of one machine. On another processor, or with another
 *       number of them, TensorFlow's kernels sum in another order.
 * </ul>
 */
package org.vocabeam.transforms.training;
