/**
 * What a frozen teacher makes of images: sampled local features for the codebook ({@link
 * org.vocabeam.transforms.teacher.ExtractDescriptors}), and with the codebook a bag of visual words
 * for every image ({@link org.vocabeam.transforms.teacher.AssignTargets}). For people, the patches
 * that are nearest to every word ({@link org.vocabeam.transforms.teacher.FindPatches}).
 *
 * <ul>
 *   <li>A worker reads its row groups of images itself and runs the teacher on batches, as for
 *       embeddings; only what is kept of the maps goes through the runner.
 *   <li>The teacher sees the image as it is stored, without crop or flip, batch norm on its running
 *       statistics: a target is a function of image, teacher and codebook.
 *   <li>All cells of the map count, also those at the border (METHODS section 2 drops none).
 * </ul>
 */
package org.vocabeam.transforms.teacher;
