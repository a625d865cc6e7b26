/**
 * Augmentation: views that are rendered once and stored, for people to look at, for other programs,
 * or because rendering them costs more than reading them.
 *
 * <ul>
 *   <li>A store has the views of one epoch of a run, a row for every image. The pixels are those
 *       that training would render at that epoch, bit for bit: it is the same piece of graph, and a
 *       view is a function of image, spec and seed. So training from the stored views ends with the
 *       same checkpoint.
 *   <li><b>Shard by shard.</b> A views store has the shards of the images store, and its rows have
 *       the same order. A worker reads the row groups of one file of images and appends to one file
 *       of views: no pixel goes through the runner, and a worker holds one row group and one batch.
 *       Views are up to 40 times as large as their images; grouping them in the runner would spill
 *       all of them. The price is that no more workers than shards are busy.
 *   <li>The last batch of a shard is padded.
 * </ul>
 */
package org.vocabeam.transforms.views;
