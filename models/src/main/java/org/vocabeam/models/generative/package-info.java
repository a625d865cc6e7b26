/**
 * Generative references: methods that model pixels, with an encoder. Every method is one file in
 * its paper's order: equations first, settings last.
 *
 * <ul>
 *   <li>Pixels are generated from the pooled embedding, or from a linear layer of it: evaluation
 *       looks at the features from which the method has to reconstruct everything.
 *   <li>Noise is drawn in the graph by TensorFlow's stateless operations from integers that are
 *       inputs of the step, so a step stays a function of its inputs.
 *   <li>The two losses of a GAN are one total: gradients are stopped at the discriminator's inputs
 *       for its loss and at its weights for the others' loss. So the method needs no optimizer and
 *       no step of its own.
 *   <li>Deviation: the encoder's code is standardised over the batch, like z. The linear layer of
 *       the reference learns mean and scale of the code, by which the discriminator knows real
 *       pairs without looking at images; linear probe 81.6 % instead of 84.1 (docs/experiments.md,
 *       Methods at or below random weights).
 *   <li>Deviation: the small settings add (E(G(z)) - z)^2 to the game, the latent regression with
 *       which the paper compares. In a short run E gains nothing from the discriminator: 5-shot
 *       71.6 % with the regression, 67.0 without it, 66.4 with a discriminator of random weights.
 * </ul>
 */
package org.vocabeam.models.generative;
