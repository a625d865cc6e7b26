/**
 * Embeddings and what they are worth.
 *
 * <ul>
 *   <li>Neighbours stream the training features past blocks of test features: memory is flat. A
 *       linear probe and few-shot episodes hold the features of one split in one worker's memory.
 *   <li>Beside the trained encoder stand the same network with the random weights that its run
 *       started from, and the pixels: on small images both are strong (METHODS section 9).
 *   <li>What is wanted of a few rows, or is one pass of sums, is computed where it is called
 *       ({@link org.vocabeam.transforms.evaluation.NearestImages}, {@link
 *       org.vocabeam.transforms.evaluation.LabelledEmbeddings#deviation}): a row group at a time,
 *       where a pipeline would cost seconds.
 * </ul>
 */
package org.vocabeam.transforms.evaluation;
