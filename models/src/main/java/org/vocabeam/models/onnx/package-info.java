/**
 * ONNX models of TensorFlow graphs. Decisions:
 *
 * <ul>
 *   <li>The graph of the exported encoder is translated, node by node, by a table of the operations
 *       that networks use ({@link org.vocabeam.models.onnx.Operators}): no network is written for
 *       ONNX, and a new one is exported as it is. An operation without a translation is an error of
 *       one line; the tests export every network of the registry.
 *   <li>TensorFlow computes what is constant before: reshaped kernels, resized positions.
 *   <li>Maps are {@code [N, H, W, C]} in TensorFlow and {@code [N, C, H, W]} in ONNX. A tensor is
 *       transposed when a node first wants the order that is not there: in a ResNet once before the
 *       first convolution and once for each map that is an output.
 *   <li>Three patterns are found again, because runtimes know them: layer norm, GELU, and padding
 *       before a convolution or a maximum. Antialiased resizing, which ONNX's {@code Resize} has
 *       since version 18 and with other borders, is two products with matrices made from the size
 *       of the images; images of the network's own size pass unchanged, to the last bit.
 *   <li>Version 17 of the operations (2022): the first with LayerNormalization, for which
 *       TensorRT's release notes ask where there is layer norm. Models were checked with ONNX's own
 *       checker and run with ONNX Runtime 1.20 and 1.30; other runtimes were not tried.
 *   <li>A batch of 16 takes ONNX Runtime 0.87 (ResNet-18) and 1.05 (ViT-Ti) of the CPU seconds that
 *       TensorFlow takes.
 *   <li>Messages are written with the protobuf classes of {@code tribuo-util-onnx}. Its own writer
 *       has 28 operations of linear models, neither convolution nor layer norm.
 *   <li>Nodes have the name of the layer whose parameters they use, or else of the last one that
 *       they read, with the operation behind: {@code layer1.0.conv1/Conv}.
 *   <li>A file has all weights inside, so it is less than 2 GB, as a SavedModel is.
 * </ul>
 */
package org.vocabeam.models.onnx;
