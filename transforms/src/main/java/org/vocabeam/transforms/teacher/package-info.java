/**
 * Use of a frozen teacher: sampled local features for the codebook ({@link
 * org.vocabeam.transforms.teacher.ExtractDescriptors}), and with the codebook a bag of visual words
 * for every image ({@link org.vocabeam.transforms.teacher.AssignTargets}). {@link
 * org.vocabeam.transforms.teacher.FindPatches} shows people the patches that are nearest to every
 * word.
 *
 * <ul>
 *   <li>Only the kept cells or bags go through the runner; images and maps stay in the worker
 *       ({@link org.vocabeam.transforms.features}).
 *   <li>All cells of the map count, also those at the border (docs/methods.md, section 2).
 *   <li>This package reads features and codebooks; neither of their packages knows it.
 * </ul>
 */
package org.vocabeam.transforms.teacher;
