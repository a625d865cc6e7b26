/**
 * The quality of a run's features after a round, while it trains.
 *
 * <ul>
 *   <li>The signal is part of the round's pipeline: one worker gathers the student's combined
 *       weights (not the teacher, the momentum or the queue), embeds a sample and outputs rows of
 *       the store of steps. A round is complete with its signal, a retried bundle gives the same
 *       bytes, it is right on any runner, and no second pipeline has to start, which would take
 *       seconds.
 *   <li>The driver draws the sample from the ids and labels of a few row groups, which are a random
 *       mix of the images; the worker reads those row groups and decodes the drawn images alone. So
 *       neither time nor memory grows with the images.
 *   <li>The sample is of the images that are trained on, and does not depend on the seed: curves of
 *       runs on the same images compare. Images of other splits are left to {@code evaluate}: a
 *       checkpoint that was chosen by them would be judged by them.
 *   <li>The network stays loaded beside the trainer ({@link
 *       org.vocabeam.transforms.worker.ProgramPool}): to load it anew would cost as much as a
 *       hundred images.
 * </ul>
 */
package org.vocabeam.transforms.signal;
