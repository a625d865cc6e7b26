/**
 * Threads and programs of a worker's process.
 *
 * <ul>
 *   <li>One pool holds all loaded programs ({@link org.vocabeam.transforms.worker.ProgramPool})
 *       from one piece of work to the next: a worker trains, or finds words, and has the memory for
 *       one of the two. Loading a program takes a second or more, a round may take ten.
 *   <li>Work on images runs ahead of the network ({@link org.vocabeam.transforms.worker.Ahead}): in
 *       order, in bounded memory, and with threads that end with the work, so that nothing of a
 *       task that failed goes on in a worker. Results do not depend on the number of threads, so
 *       {@link org.vocabeam.transforms.worker.Compute} is no part of a task.
 * </ul>
 */
package org.vocabeam.transforms.worker;
