/**
 * The augmentation stage: views that are rendered once and stored, to be looked at, to be used by
 * others, or because rendering them is dearer than reading them.
 *
 * <ul>
 *   <li>A store has the views of one epoch of a run, a row for every image. The pixels are those
 *       that training would render at that epoch, bit for bit: it is the same piece of graph, and a
 *       view is a function of image, spec and seed. So training from the stored views ends with the
 *       same checkpoint.
 *   <li><b>Shard by shard.</b> A views store has the shards of the images store and its rows have
 *       the same order. So a worker reads the row groups of one file of images and appends to one
 *       file of views: nothing is grouped or sorted, no pixel goes through the runner, and a worker
 *       holds one row group and one batch, however large the shard. Views are two to forty times as
 *       large as the images that they are made of; grouping them by the runner would spill all of
 *       them, and hold a shard in memory. The price is that no more workers than shards are busy.
 *   <li>The last batch of a shard is filled up with nothing.
 * </ul>
 */
package org.vocabeam.transforms.views;
