/**
 * Optimizers as in PyTorch and in the authors' code, on graphs: each adds the update of one
 * parameter to a step. The learning rate and the number of the step are inputs of the graph, so
 * that a step is a function of its inputs.
 */
package org.vocabeam.models.optimize;
