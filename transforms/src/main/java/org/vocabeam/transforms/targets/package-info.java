/**
 * Targets: what a teacher made of every image before the student is trained.
 *
 * <ul>
 *   <li>A row is sparse: an image has tens of the thousands of words. It is made dense where a
 *       batch is made.
 *   <li>The store has a row for every image of one split, and as many shards as the images store:
 *       so a worker that reads some row groups of images reads the targets of those images alone
 *       ({@link org.vocabeam.transforms.store.AlignedRows}), and nothing is joined by the engine.
 *   <li>Records alone: the training package reads them, and what makes them reads the training
 *       package's checkpoints.
 * </ul>
 */
package org.vocabeam.transforms.targets;
