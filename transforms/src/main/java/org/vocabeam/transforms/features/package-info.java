/**
 * Features of images: the pooled maps of an encoder, its local features, the logits of a
 * classifier, or the pixels themselves.
 *
 * <ul>
 *   <li>A worker reads its row groups of images itself and runs the encoder on batches of 256, so
 *       that no image goes through the runner.
 *   <li>An encoder sees an image as it is stored, without crop or flip, with batch norm on its
 *       running statistics: a feature is a function of image and weights.
 * </ul>
 */
package org.vocabeam.transforms.features;
