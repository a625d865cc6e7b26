/**
 * Pretext tasks: both the input and the label of a classification are made of the image itself. One
 * file each, in its paper's order.
 *
 * <ul>
 *   <li>Rotation turns in the graph, after the view is made, so that the four turns of an image
 *       differ in nothing else. A batch of B images is a batch of 4 B rows.
 *   <li>Tiles are cut by the view, all nine in order, and chosen and shuffled in the graph, so that
 *       stored views serve every permutation. Those of small images are enlarged twice: a tile of 9
 *       pixels would leave a map of one cell.
 *   <li>Colorization's encoder sees grey in three channels, so that it is one for colour images; it
 *       is evaluated on them as they are.
 *   <li>Deviation: RotNet's code crops small images after padding them by 4 pixels; a crop of the
 *       same share of the image (28 of 32, as 224 of 256 for large ones) is taken instead, because
 *       padding is not among the views.
 * </ul>
 */
package org.vocabeam.models.pretext;
