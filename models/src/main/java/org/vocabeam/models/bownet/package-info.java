/**
 * BoWNet in the paper's order: {@link org.vocabeam.models.bownet.BowNet} is the student's step,
 * {@link org.vocabeam.models.bownet.BagTarget} what it is to predict, around the perturbation that
 * the views do not have (CutMix) and the cosine head.
 *
 * <ul>
 *   <li>The loss is the cross-entropy, not the divergence as in OBoW: it is what the paper
 *       minimises. Its minimum is the mean entropy of the bags, not 0.
 *   <li>Gamma is a trained variable like any other; weight decay reaches it. It starts at 1. The
 *       feature is not normalised, so with 10 the first loss is 18, and on the way down gamma goes
 *       through 0, where a head has no gradient: on Photo-ID a student stayed at ln K for 1,500
 *       steps. From 1 the same student's loss is 5.8 at first and 4.1 after 150 steps, at rates of
 *       0.05 and 0.1 alike.
 *   <li>CutMix draws whole numbers, so that boxes and partners are the same on every machine; a
 *       partner is always another image. Its probability is that of the CutMix paper on small
 *       images (0.5); the BoWNet paper does not give one.
 *   <li>The student starts from random weights in every generation, not from its teacher's.
 * </ul>
 */
package org.vocabeam.models.bownet;
