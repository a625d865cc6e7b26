/**
 * BoWNet in the paper's order: {@link org.vocabeam.models.bownet.BowNet} is the student's step,
 * {@link org.vocabeam.models.bownet.BagTarget} its target; beside them stand the perturbation that
 * is not among the views (CutMix) and the cosine head.
 *
 * <ul>
 *   <li>The loss is the cross-entropy, as in the paper, not the divergence as in OBoW. Its minimum
 *       is the mean entropy of the bags, not 0.
 *   <li>Gamma is a trained variable like any other; weight decay reaches it. It starts at 1: from
 *       10 it passes 0 on its way down, where a head has no gradient, and a student stayed at ln K
 *       for 1,500 steps (docs/experiments.md, Choice of the small settings).
 *   <li>CutMix draws integers, so that boxes and partners are the same on every machine; a partner
 *       is always another image. Its probability, 0.5, is that of the CutMix paper on small images;
 *       the BoWNet paper gives none.
 *   <li>The student starts from random weights in every generation, not from its teacher's.
 * </ul>
 */
package org.vocabeam.models.bownet;
