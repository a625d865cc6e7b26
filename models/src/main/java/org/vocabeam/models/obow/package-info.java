/**
 * OBoW in the paper's order: {@link org.vocabeam.models.obow.Obow} is the step, around the soft
 * assignment ({@link org.vocabeam.models.obow.VisualWords}), the vocabulary queue ({@link
 * org.vocabeam.models.obow.Vocabulary}), the word-to-weight generator ({@link
 * org.vocabeam.models.obow.WordToWeight}) and the loss ({@link org.vocabeam.models.obow.BagLoss}).
 *
 * <ul>
 *   <li>The reference's monitor (a supervised linear layer on the teacher) is left out: it
 *       influences nothing and needs labels.
 *   <li>Deviation: the learning rate follows its cosine by step; the reference holds it for an
 *       epoch ({@link org.vocabeam.models.optimize.CosineSchedule} does both). A run here is
 *       counted in steps.
 *   <li>Deviation: the share of the student in the teacher's average is computed in double; the
 *       reference holds the decay in float32, and stops the teacher in the last 0.1 % of the steps.
 *   <li>For images below 128 pixels the paper's presets take a 3x3 stem without pooling and views
 *       in proportion, and the last levels whose maps are at least 5x5: border crop and 3x3
 *       averaging leave nothing of smaller ones.
 *   <li>The small preset's rate, 0.2, needs its long warm-up ({@link
 *       org.vocabeam.models.training.Task#smallWarmup}). Photo-ID, seed 1, 2,000 steps: without it
 *       the embeddings come near to one point in the first 20 steps (std 0.01 instead of 0.06) and
 *       do not come back (linear probe 39.1 % instead of 65.2). Lower rates without it do less:
 *       61.3 with 0.02, 56.8 with 0.03, 55.9 with 0.05; and in long runs the high rate is the
 *       better one (Fashion-MNIST, 6,000 steps, 1 % of the labels: 78.8 with 0.03, 80.4 to 82.0
 *       with 0.2).
 * </ul>
 */
package org.vocabeam.models.obow;
