/**
 * Statistics of an images store: mean, deviation, classes, sizes.
 *
 * <ul>
 *   <li>Statistics are sums of whole numbers, so that they do not depend on the order of merging.
 *   <li><b>Copies</b> are images with the same stored pixels, found by counting 128-bit hashes of
 *       them; a JPEG and a PNG of the same pixels are copies too. Copies are counted and stay,
 *       because only the owner of the images knows which of their labels is right.
 * </ul>
 */
package org.vocabeam.transforms.statistics;
