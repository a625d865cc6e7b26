/**
 * K-means over descriptors: what one worker computes.
 *
 * <ul>
 *   <li><b>Sums are whole numbers</b> ({@link org.vocabeam.models.codebook.FixedPoint}): of counts,
 *       coordinates and squared distances. So the result of an iteration does not depend on how the
 *       descriptors are cut and in what order the sums are merged. The unit is the finest with
 *       which no sum can overflow: 2^-51 of the largest magnitude up to 2^11 descriptors, 2^-32 up
 *       to 2^30, where float32 has 2^-24.
 *   <li><b>Which word is nearest is float32</b>, by the expanded square and one matrix product.
 *       <b>How far it is</b> is summed over the differences in float64, because the expanded square
 *       loses the digits that inertia, k-means++ and "identical to a word" need; it costs C
 *       operations a descriptor beside the K C of the product.
 *   <li><b>The first largest score</b> is found lane by lane of 64 ({@link
 *       org.vocabeam.models.codebook.NearestWord}). Of a processor's second on a crowded machine,
 *       as GFLOP/s for 256, 2048 and 8192 words: 88, 170, 180 with 128 channels (faiss 1.7.3: 93,
 *       115, 120) and 143, 225, 210 with 512 (faiss: 140, 178, 178); with distances and sums 68,
 *       159, 170 and 116, 197, 200. A large product of numpy had 222.
 *   <li><b>The first words</b> are those of k-means++, exactly, in blocks by rejection ({@link
 *       org.vocabeam.models.codebook.InitialWords}). K-means|| would need several passes, an
 *       oversampling factor to choose, and k-means++ on its candidates in the end; this is the work
 *       of one assignment of the sample.
 *   <li>Deviation: scikit-learn takes a descriptor that becomes the word of an empty cluster out of
 *       the mean of its old one; here the next iteration does.
 * </ul>
 */
package org.vocabeam.models.codebook;
