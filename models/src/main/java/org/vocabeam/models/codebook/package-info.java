/**
 * K-means over descriptors: the computation of one worker. Decisions:
 *
 * <ul>
 *   <li>Sums are whole numbers ({@link org.vocabeam.models.codebook.FixedPoint}): of counts,
 *       coordinates and squared distances. So the result of an iteration does not depend on how the
 *       descriptors are cut and in what order the sums are merged. The unit is the finest one in
 *       which no sum can overflow: 2^-51 of the largest magnitude up to 2^11 descriptors, 2^-32 up
 *       to 2^30, where float32 has 2^-24.
 *   <li>The choice of the nearest word is float32, by the expanded square and one matrix product.
 *       Its distance is summed over the differences in float64, because the expanded square loses
 *       the digits that inertia and k-means++ need; that costs C operations a descriptor beside the
 *       K C of the product.
 *   <li>The first largest score is found in lanes of 64 ({@link
 *       org.vocabeam.models.codebook.NearestWord}): 170 GFLOP/s on one processor with 2,048 words
 *       of 128 channels, where faiss has 115. See docs/experiments.md.
 *   <li>First words are those of k-means++, exactly, in blocks by rejection ({@link
 *       org.vocabeam.models.codebook.InitialWords}): the work of one assignment of the sample.
 *       K-means|| would need several passes, an oversampling factor to choose, and k-means++ on its
 *       candidates in the end.
 *   <li>{@code Deviation:} scikit-learn takes a descriptor that becomes the word of an empty
 *       cluster out of the mean of its old one; here the next iteration does.
 * </ul>
 */
package org.vocabeam.models.codebook;
