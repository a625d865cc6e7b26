/**
 * Checkpoints: the state of a run as a store.
 *
 * <p>A row is a chunk of at most 1 MB of a variable ({@link
 * org.vocabeam.transforms.checkpoint.VariableChunk}), so that replicas are combined in parallel and
 * no row is large. Values are bytes, because only we read them: five times as fast as a list of
 * float. The recipe is in the manifest, and {@link
 * org.vocabeam.transforms.checkpoint.Checkpoint#open} reads nothing else: 0.01 s beside 2 s for the
 * tensors of 154 MB.
 */
package org.vocabeam.transforms.checkpoint;
