/**
 * Programs that a worker's process keeps from one piece of work to the next.
 *
 * <p>One pool holds all loaded programs ({@link org.vocabeam.transforms.worker.ProgramPool}): a
 * worker trains, or finds words, and has the memory for one of the two. Loading a program takes a
 * second or more, a round may take ten.
 */
package org.vocabeam.transforms.worker;
