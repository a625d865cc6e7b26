/**
 * From a method to a trained encoder: {@link org.vocabeam.models.training.Recipe} is all that
 * decides a run, {@link org.vocabeam.models.training.Trainer} takes its steps, {@link
 * org.vocabeam.models.training.Encoder} is the result.
 *
 * <ul>
 *   <li>A step is a function of (state, step number, batch): every draw is a hash of (seed, epoch,
 *       image id, view), every schedule a function of the step.
 *   <li>A {@link org.vocabeam.models.training.Preset} is a network by name and a kind of settings.
 *       The two are apart, so that a network is one file and serves every method.
 *   <li>A method says what it can do ({@link org.vocabeam.models.training.Method#targetSource},
 *       {@code wordMap}, {@code classified}); nobody asks for its class.
 *   <li>A program is one graph from cuts of images to the loss, with two signatures: one is fed
 *       with cuts, the other with stored views, which take the place of those rendered ({@link
 *       org.vocabeam.models.training.ViewSource}). Views are 8-bit and do not depend on their
 *       batch, so both ways give the same checkpoint, bit for bit.
 *   <li>Images of a run may have any size; {@link org.vocabeam.models.training.Recipe#images} is
 *       the shape at which an encoder is shown a whole one.
 *   <li>Encoders run batch norm on the running statistics, and pool the last map: over all of it,
 *       as the papers do, or over a grid of cells ({@link org.vocabeam.models.training.Pooling}).
 * </ul>
 */
package org.vocabeam.models.training;
