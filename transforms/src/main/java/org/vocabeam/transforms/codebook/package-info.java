/**
 * Codebook of BoWNet: k-means over descriptors that no single machine has to hold.
 *
 * <ul>
 *   <li><b>Memory.</b> A worker holds one row group, the words, and one sum of them (K x C longs);
 *       nothing grows with the number of descriptors.
 *   <li><b>The same bytes whatever the bundles.</b> Sums are exact ({@link
 *       org.vocabeam.models.codebook.FixedPoint}) in a unit that comes from the survey of all
 *       descriptors. A block never spans two row groups, so a descriptor is compared in the same
 *       place of the same block whoever reads it. The sample is chosen by the hash of (seed, id).
 *   <li><b>One pass before the first iteration</b> ({@link
 *       org.vocabeam.transforms.codebook.SeedCodebook}) counts, finds the largest magnitude,
 *       rejects values that are not finite, and counts different descriptors up to K by the K least
 *       hashes of their contents. It also draws the sample for k-means++ on one worker: 32
 *       descriptors a word, up to 256 MB but at least 4 a word; for K = 8192 and C = 512 that costs
 *       as much as one iteration over 131,072 descriptors. If the sample has fewer different
 *       descriptors than words, the other words start as copies, are empty at once, and move with
 *       the empty ones.
 *   <li><b>Empty words</b> take the place of the farthest descriptors, at most 256 an iteration,
 *       because every worker outputs that many. The farthest are all different; equally far ones
 *       are ordered by their values and not by their ids, because two ids may have the same values.
 *   <li><b>An iteration measures the words that it starts from</b>: inertia, counts and empty words
 *       are theirs. So the last iteration of a run measures the final words, and its move is not
 *       used; {@link org.vocabeam.transforms.codebook.PublishCodebook} joins the words of one store
 *       with the counts of the next.
 *   <li><b>Parts.</b> A worker reads at least eight descriptors a word at a time, so that its
 *       output is small beside its input.
 * </ul>
 */
package org.vocabeam.transforms.codebook;
