/**
 * OBoW in the paper's order: {@link org.vocabeam.models.obow.Obow} is the step, made of the soft
 * assignment ({@link org.vocabeam.models.obow.VisualWords}), the vocabulary queue ({@link
 * org.vocabeam.models.obow.Vocabulary}), the word-to-weight generator ({@link
 * org.vocabeam.models.obow.WordToWeight}) and the loss ({@link org.vocabeam.models.obow.BagLoss}).
 *
 * <ul>
 *   <li>The reference's monitor, a supervised linear layer on the teacher, is left out: it
 *       influences nothing and needs labels.
 *   <li>Deviation: the learning rate follows its cosine by step; the reference holds it for an
 *       epoch ({@link org.vocabeam.models.optimize.CosineSchedule} does both).
 *   <li>Deviation: the student's share in the teacher's average is computed in double; the
 *       reference holds the decay in float32, and stops the teacher in the last 0.1 % of the steps.
 *   <li>In a step of several micro-batches each moves the vocabulary and the running distance: a
 *       step adds as many words as at once, but the later micro-batches see those of the first.
 *   <li>For images below 128 pixels the paper's settings take a 3x3 stem without pooling, views in
 *       proportion, and the last levels whose maps are at least 5x5: border crop and 3x3 averaging
 *       leave nothing of smaller ones.
 *   <li>The small settings' rate of 0.2 needs their long warm-up: without it the linear probe has
 *       39.1 % instead of 65.2 (docs/experiments.md, Choice of the small settings).
 * </ul>
 *
 * <p>MOCA ({@link org.vocabeam.models.obow.Moca}), by OBoW's authors, is OBoW on a masked vision
 * transformer and takes these parts.
 *
 * <ul>
 *   <li>A round computes its visible patches alone: pixels are gathered before the embedding, so no
 *       gradient goes through a gather, whose kernel for GPUs is not deterministic. The number of
 *       visible patches follows from the side of the views, so that shapes are static.
 *   <li>Positions are a frozen variable ({@link org.vocabeam.models.obow.FixedPositions}) and not
 *       another network: a checkpoint is one of any transformer.
 *   <li>The running distance is used as the step before has left it; OBoW moves it first.
 *   <li>Deviation: first weights on tokens are normal with 0.02, and those of the generators
 *       PyTorch's; the reference draws both by Xavier's rule.
 *   <li>Deviation: replicas' words are interleaved, as OBoW's; in the released code only those of
 *       the first replica survive.
 * </ul>
 */
package org.vocabeam.models.obow;
