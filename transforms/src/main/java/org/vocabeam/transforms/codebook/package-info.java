/**
 * The codebook stage of BoWNet: k-means over descriptors that no single machine has to hold.
 *
 * <ul>
 *   <li><b>Memory.</b> A worker holds one row group, the words, and one sum of them (K x C longs);
 *       nothing grows with the number of descriptors.
 *   <li><b>The same bytes whatever the bundles.</b> Sums are exact ({@link
 *       org.vocabeam.models.codebook.FixedPoint}); the unit comes from the survey of all
 *       descriptors. A block never spans two row groups, so a descriptor is compared in the same
 *       place of the same block whoever reads it. The sample is chosen by the hash of (seed, id).
 *   <li><b>One pass before the first iteration</b> ({@link
 *       org.vocabeam.transforms.codebook.SeedCodebook}) counts, finds the largest magnitude,
 *       refuses what is not finite, and counts different descriptors up to K by the K least hashes
 *       of their contents. Meanwhile it draws the sample: 32 descriptors a word, up to 256 MB but
 *       at least 4 a word, on which one worker runs k-means++. With K = 8192 and C = 512 these are
 *       131,072 descriptors and 1.1e12 operations, as much as one iteration over the same number.
 *       Where the sample has fewer different descriptors than words, the rest starts as copies,
 *       which are empty at once, and moves with the empty ones.
 *   <li><b>Empty words</b> take the place of the farthest descriptors, at most 256 an iteration,
 *       because every worker hands on so many. The farthest are all different; of equally far ones
 *       the lexicographically smaller comes first, which says more than its id: two ids may have
 *       one content.
 *   <li><b>An iteration measures the words that it begins with</b>: inertia, counts and empty words
 *       are theirs. So the last iteration of a run measures the final words, and its move is not
 *       taken; {@link org.vocabeam.transforms.codebook.PublishCodebook} joins the words of one
 *       store with the counts of the next.
 *   <li><b>What a worker reads at a time</b> is a list of row groups with eight descriptors a word
 *       or more, so that what it hands on is small beside what it reads.
 * </ul>
 */
package org.vocabeam.transforms.codebook;
