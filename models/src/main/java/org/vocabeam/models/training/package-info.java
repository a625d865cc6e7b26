/**
 * From a method to a trained encoder: {@link org.vocabeam.models.training.Recipe} is all that
 * decides a run, {@link org.vocabeam.models.training.Trainer} takes its steps, {@link
 * org.vocabeam.models.training.Encoder} is what is left of it.
 *
 * <ul>
 *   <li>A step is a function of (state, step number, batch): everything that is drawn is a hash of
 *       (seed, epoch, image id, view), everything scheduled a function of the step.
 *   <li>Views are rendered by a signature of their own, whose outputs are fed to that of the step,
 *       or were rendered before and stored ({@link org.vocabeam.models.training.ViewSource}). As
 *       one graph from images to loss would be another program than that from views: TensorFlow's
 *       optimizer writes it differently, and gradients differed in their last bits. Views are 8-bit
 *       and do not depend on their batch, so now both give the same checkpoint, bit for bit.
 *   <li>Images of a run have one shape, because programs have static shapes; ingest makes them so.
 *   <li>Encoders run batch norm on the running statistics, and pool the last map: over all of it,
 *       as the papers do, or over a grid of cells ({@link org.vocabeam.models.training.Pooling}).
 * </ul>
 */
package org.vocabeam.models.training;
