/**
 * Networks without heads, each a record of its shape. Variables have the names of the reference
 * code (torchvision, OBoW), so that weights can be compared one by one; kernels are HWIO and linear
 * weights [in, out], as TensorFlow has them.
 */
package org.vocabeam.models.backbone;
