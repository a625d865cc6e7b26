/**
 * The generative references: methods that model pixels, and an encoder with them.
 *
 * <ul>
 *   <li>The code that pixels are made of is the pooled embedding, or a linear layer of it: what is
 *       evaluated is what the method had to put everything into.
 *   <li>Noise is drawn in the graph by TensorFlow's stateless operations from integers that are
 *       inputs of the step, so a step stays a function of its inputs.
 *   <li>A GAN's two losses are one total here: what the one network must not be moved by is behind
 *       a stop, inputs for the discriminator's loss and the discriminator's weights for the
 *       others'. So it needs no optimizer and no step of its own.
 *   <li>Deviation: the encoder's code is standardised over the batch, as z is. The linear layer of
 *       the reference leaves mean and scale of the code to be learned, by which the discriminator
 *       can know real pairs without looking at images. Fashion-MNIST, seed 1, 294 steps of the
 *       small preset, 2 x 2 cells, with and without: nearest neighbours 81.1 and 77.0 %, linear
 *       probe 84.1 and 81.6, 5-way 5-shot 67.0 and 50.5, effective rank of the embeddings 18.3 and
 *       4.3 (random weights 83.4, 84.7, 69.1, 23.5). Without it batch norm in the discriminator did
 *       little (linear 82.3), an eighth of its width more (83.1); with it that width does harm
 *       (83.5).
 *   <li>Deviation: the small preset adds (E(G(z)) - z)^2 to the game, the latent regression that
 *       the paper compares with. By the game alone E gains nothing, in a small run, by what the
 *       discriminator learns: one that stays as it was drawn makes the same of it. Same run and
 *       columns: the game 81.1, 84.1, 67.0, 18.3; with that discriminator 80.6, 84.1, 66.4, 12.4;
 *       pairs of an image and another one's code 82.0, 84.7, 70.0, 19.6; the regression alone, the
 *       discriminator sees no code, 83.0, 84.0, 72.6, 95.1; the game and the regression 83.0, 84.6,
 *       71.6, 63.6 (with five times its weight 82.6, 83.8, 71.7).
 * </ul>
 */
package org.vocabeam.models.generative;
