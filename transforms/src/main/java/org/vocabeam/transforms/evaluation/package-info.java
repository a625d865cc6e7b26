/**
 * Evaluation of embeddings and classifiers on labelled images (docs/methods.md, section 9).
 *
 * <ul>
 *   <li>Neighbours stream the training features past blocks of 40,000 rows, so that memory is flat.
 *       A linear probe and few-shot episodes hold the features of a split in one worker's memory.
 *   <li>Beside the trained encoder stand the same network with the random weights that its run
 *       started from, and the pixels: on small images both are strong.
 *   <li>A search for a few rows, or one pass of sums, runs in the calling process ({@link
 *       org.vocabeam.transforms.evaluation.NearestImages}, {@link
 *       org.vocabeam.transforms.evaluation.LabelledEmbeddings#deviation}), one row group at a time,
 *       where a pipeline would cost seconds.
 * </ul>
 */
package org.vocabeam.transforms.evaluation;
