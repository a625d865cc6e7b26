/**
 * Networks without heads, each a record of its shape in one file, registered in {@link
 * org.vocabeam.models.backbone.Backbones}. Variables have the names of the reference code
 * (torchvision, OBoW, DINO), so that weights can be compared one by one; kernels are HWIO and
 * linear weights [in, out], as in TensorFlow.
 */
package org.vocabeam.models.backbone;
