/**
 * Evaluation of frozen features, whatever made them: a trained encoder, one with random weights,
 * raw pixels.
 *
 * <p>Everything here takes and returns plain arrays, is a function of its arguments, and is made
 * once by a worker and closed by it. Decisions:
 *
 * <ul>
 *   <li>{@link org.vocabeam.models.evaluate.NearestNeighbours} keeps the best k of each query while
 *       the train set passes by once. Blocks have static shapes and inner products are summed in
 *       fixed slices, so cosines are the same bits however train set and queries are cut. The best
 *       k stand in sorted arrays, and the cosines are read where TensorFlow has them: 10,000
 *       queries against 60,000 rows of 512 features take 18 CPU seconds on two shared cores, most
 *       of it matrix products.
 *   <li>Search and vote are two calls: one search for the largest k serves the smaller ones and all
 *       temperatures.
 *   <li>{@link org.vocabeam.models.evaluate.LinearProbe} starts from 0 and standardises its
 *       features by batch norm, as the reference code does. {@code Deviation:} reference recipes
 *       fix the weight decay for one data set; {@link org.vocabeam.models.evaluate.ProbeRecipe}
 *       derives it from one prior variance of the logits (10), because the best fixed decay differs
 *       a hundredfold between 600 and 60,000 rows. See docs/experiments.md.
 *   <li>{@link org.vocabeam.models.evaluate.LabelShare} decides by hashes of ids, so that each
 *       encoder is probed with the same labels.
 *   <li>Order decides ties: the first train row, the lowest class.
 * </ul>
 */
package org.vocabeam.models.evaluate;
