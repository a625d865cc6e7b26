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
 * </ul>
 */
package org.vocabeam.models.generative;
