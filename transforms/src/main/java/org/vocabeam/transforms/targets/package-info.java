/**
 * Targets: the bag of words that a teacher, or a label, gives every image before the student is
 * trained.
 *
 * <ul>
 *   <li>A row is sparse: an image has tens of the thousands of words. It becomes dense where a
 *       batch is made.
 *   <li>The store has a row for every image of one split, and as many shards as the images store.
 *       So a worker that reads some row groups of images reads the targets of those images alone
 *       ({@link org.vocabeam.transforms.store.AlignedRows}), and the engine joins nothing.
 *   <li>The package holds records alone: training reads them, and the stages that write them read
 *       checkpoints.
 * </ul>
 */
package org.vocabeam.transforms.targets;
