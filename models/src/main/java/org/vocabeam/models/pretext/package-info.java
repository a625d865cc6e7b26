/**
 * Pretext tasks: both the input and the label of a classification are made of the image itself. One
 * file each, in its paper's order.
 *
 * <ul>
 *   <li>Rotation turns in the graph, after the view is made, so that the four turns of an image
 *       differ in nothing else. A batch of B images is a batch of 4 B rows.
 *   <li>Deviation: RotNet's code crops small images after padding them by 4 pixels; a crop of the
 *       same share of the image (28 of 32, as 224 of 256 for large ones) is taken instead, because
 *       padding is not among the views.
 * </ul>
 */
package org.vocabeam.models.pretext;
