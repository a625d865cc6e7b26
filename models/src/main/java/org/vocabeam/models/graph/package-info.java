/**
 * Layers, parameters and variables of networks. Decisions:
 *
 * <ul>
 *   <li>Layers ask a {@link org.vocabeam.models.graph.Parameters} for their parameters by name. A
 *       student's are variables, a teacher's move towards the student's at the first request
 *       ({@link org.vocabeam.models.graph.MovingAverage}), an exported network's are constants: no
 *       network is written twice.
 *   <li>Variables are resource variables with one read each: all readers of a step see the value
 *       from before it, and nothing has to wait for them. The optimizer alone changes variables in
 *       place, behind all readers ({@link org.vocabeam.models.graph.Variables#after}), so that
 *       nothing is copied.
 *   <li>Parameters know the precision in which layers compute, so neither methods nor networks name
 *       it: images are cast where they enter a network, maps stay in that type from layer to layer,
 *       and what leaves for a head or a loss is float32.
 *   <li>Noise of layers (dropped branches) is a property of parameters too: a student's have the
 *       seed of the step, a teacher's and an encoder's have none, so that no network is told
 *       whether it may drop.
 *   <li>Native TensorFlow writes its log to the standard error of the process, some of it before
 *       anything can be told to it. So a process may point that descriptor to a file, by the system
 *       property {@code vocabeam.native.log}; Java's own {@code System.err} stays.
 *   <li>oneDNN's kernels are on, also where TensorFlow would leave them off: without VNNI, a step
 *       of 64 images of the small preset takes 0.12 CPU seconds with them and 0.18 without.
 *   <li>First values are drawn in Java from a hash of (seed, name), not by TensorFlow: they are the
 *       same bytes on any machine, and a teacher starts as its student because its names are the
 *       same.
 *   <li>Convolutions pad explicitly at stride 2: TensorFlow's SAME is not symmetric on even sizes,
 *       and its explicit paddings get lost in the C++ gradient.
 * </ul>
 */
package org.vocabeam.models.graph;
