/**
 * Pretext tasks: both the input and the label of a classification come from the image itself. Every
 * task is one file in its paper's order: equations first, settings last.
 *
 * <ul>
 *   <li>Rotation turns in the graph, after the view is rendered, so that the four turns of an image
 *       differ in nothing else. A batch of B images is a batch of 4 B rows.
 *   <li>The view cuts all nine tiles in order, the graph chooses and shuffles them, so that stored
 *       views serve every permutation. Tiles of small images are enlarged twice: a tile of 9 pixels
 *       would leave a map of one cell.
 *   <li>Colorization's encoder sees grey in three channels, so that it fits colour images, on which
 *       it is evaluated.
 *   <li>Deviation: RotNet's code crops small images after padding them by 4 pixels; here a crop of
 *       the same share of the image is taken (28 of 32, 224 of 256), because views do not pad.
 * </ul>
 */
package org.vocabeam.models.pretext;
